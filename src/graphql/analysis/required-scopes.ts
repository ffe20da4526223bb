import { getNamedType, isEnumType, Kind } from 'graphql';
import type { ScopeRequirement } from '../../crm/scopes.ts';
import type { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import { metadataOf } from './field-metadata.ts';
import { type SelectedField, treeOf } from './field-tree.ts';
import { literalAt } from './input-literals.ts';
import { memoize } from './memoize.ts';
import { type ExecutableOperation, operationNode } from './operations.ts';

/** The scopes that one field of an operation needs. */
export interface FieldRequiredScopes {
  /** The concrete parent type and the field, such as `Contact.owner`. */
  readonly coordinate: string;
  readonly anyOf: ScopeRequirement;
  /** True when the scopes depend on an argument. `node(id)` needs the scopes of the record's type. */
  readonly conditional: boolean;
}

interface Preflight {
  /** Coordinates of the fields whose scopes the grant lacks. */
  readonly refused: ReadonlySet<string>;
  /** True when the grant lacks the scopes of a field, or may lack them depending on an argument. */
  readonly mayRefuse: boolean;
}

/** Compares the scopes of an operation with a grant before any call. Kept with the operation and the set of scopes. */
export function preflight(operation: ExecutableOperation, granted: ScopeSet): Preflight {
  return preflightsOf(operation)(granted);
}

const preflightsOf = memoize((operation: ExecutableOperation) => {
  const requirements = requirementsOf(operation);
  return memoize((granted: ScopeSet): Preflight => {
    const lacking = requirements.filter(({ anyOf }) => !granted.satisfies(anyOf));
    const certain = lacking.filter(({ conditional }) => !conditional);
    return { refused: new Set(certain.map(({ coordinate }) => coordinate)), mayRefuse: lacking.length > 0 };
  });
}, operationNode);

/** The scopes that the fields of an operation need, each requirement once, in the order of the document. */
export const requirementsOf = memoize((operation: ExecutableOperation): readonly FieldRequiredScopes[] => {
  const requirements = new Map<string, FieldRequiredScopes>();
  // A selection that is merged into several fields has the same requirements in each of them.
  const visited = new Map<object, Set<object>>();
  const visit = (field: SelectedField): void => {
    const known = visited.get(field.parent) ?? new Set();
    if (field.nodes.every((node) => known.has(node))) return;
    for (const node of field.nodes) known.add(node);
    visited.set(field.parent, known);
    add(field.coordinate, field.definition.extensions, false);
    for (const anyOf of byArgument(field)) add(field.coordinate, { hubspotScopes: anyOf }, true);
    for (const below of field.fields) {
      if (field.narrowed.has(below)) add(field.coordinate, below.parent.extensions, true);
      visit(below);
    }
  };
  const add = (coordinate: string, { hubspotScopes }: Extensions, conditional: boolean): void => {
    if (hubspotScopes === undefined) return;
    const anyOf = hubspotScopes as ScopeRequirement; // Only the plugin in scopes.ts sets this extension.
    requirements.set(`${coordinate} ${JSON.stringify(anyOf)}`, { coordinate, anyOf, conditional });
  };
  for (const field of treeOf(operation).fields) visit(field);
  return [...requirements.values()];
}, operationNode);

interface Extensions {
  readonly hubspotScopes?: unknown;
}

/**
 * The scopes that depend on a field's arguments: those of its metadata's `argumentScopes`, or those of the object types
 * that its argument `objectType` may have. A variable may have any object type.
 */
function byArgument({ node, definition }: SelectedField): readonly ScopeRequirement[] {
  const { hubspotScopesOf } = definition.extensions;
  const { argumentScopes } = metadataOf(definition);
  const type = getNamedType(definition.args.find(({ name }) => name === 'objectType')?.type);
  if (hubspotScopesOf === undefined || !isEnumType(type)) return argumentScopes?.(node) ?? [];
  const scopesOf = hubspotScopesOf as (objectType: unknown) => ScopeRequirement; // Only the plugin in scopes.ts sets it.
  const value = literalAt(node, ['objectType']);
  const possible = value?.kind === Kind.ENUM ? [type.getValue(value.value)] : type.getValues();
  return possible.map((objectType) => scopesOf(objectType?.value));
}
