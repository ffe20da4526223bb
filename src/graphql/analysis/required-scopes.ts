import { getNamedType, isEnumType, Kind, type OperationDefinitionNode } from 'graphql';
import type { ScopeRequirement } from '../../crm/scopes.ts';
import type { ScopeSet } from '../../hubspot/oauth/scope-set.ts';
import {
  coordinateOf,
  type ExecutableOperation,
  fieldsBelow,
  rootFields,
  type SelectedField,
} from './executable-operation.ts';
import { metadataOf } from './field-metadata.ts';

/** The scopes that one field of an operation needs. */
export interface FieldRequiredScopes {
  /** The concrete parent type and the field, such as `Contact.owner`. */
  readonly coordinate: string;
  readonly anyOf: ScopeRequirement;
  /** True when the scopes depend on an argument. `node(id)` needs the scopes of the record's type. */
  readonly conditional: boolean;
}

const known = new WeakMap<OperationDefinitionNode, readonly FieldRequiredScopes[]>();

/** The scopes that the fields of an operation need, each requirement once, in the order of the document. */
export function requirementsOf(operation: ExecutableOperation): readonly FieldRequiredScopes[] {
  const cached = known.get(operation.operation);
  if (cached) return cached;
  const requirements = collectRequirements(operation);
  known.set(operation.operation, requirements);
  return requirements;
}

interface Preflight {
  /** Coordinates of the fields whose scopes the grant lacks. */
  readonly refused: ReadonlySet<string>;
  /** True when the grant lacks the scopes of a field, or may lack them depending on an argument. */
  readonly mayRefuse: boolean;
}

const preflights = new WeakMap<OperationDefinitionNode, WeakMap<ScopeSet, Preflight>>();

/** Compares the scopes of an operation with a grant before any call. Cached per operation and set of scopes. */
export function preflight(operation: ExecutableOperation, granted: ScopeSet): Preflight {
  let byGrant = preflights.get(operation.operation);
  if (!byGrant) {
    byGrant = new WeakMap();
    preflights.set(operation.operation, byGrant);
  }
  const cached = byGrant.get(granted);
  if (cached) return cached;
  const lacking = requirementsOf(operation).filter(({ anyOf }) => !granted.satisfies(anyOf));
  const certain = lacking.filter(({ conditional }) => !conditional);
  const result = { refused: new Set(certain.map(({ coordinate }) => coordinate)), mayRefuse: lacking.length > 0 };
  byGrant.set(granted, result);
  return result;
}

function collectRequirements(operation: ExecutableOperation): readonly FieldRequiredScopes[] {
  const requirements = new Map<string, FieldRequiredScopes>();
  // A fragment that is spread in several places has the same requirements in each of them.
  const visited = new WeakMap<object, Set<string>>();
  const visit = (selected: SelectedField): void => {
    const parents = visited.get(selected.node) ?? new Set();
    if (parents.has(selected.parent.name)) return;
    visited.set(selected.node, parents.add(selected.parent.name));
    add(coordinateOf(selected), selected.field.extensions, false);
    for (const anyOf of byArgument(selected)) add(coordinateOf(selected), { hubspotScopes: anyOf }, true);
    for (const below of fieldsBelow(operation, selected)) {
      if (below.narrowed) add(coordinateOf(selected), below.parent.extensions, true);
      visit(below);
    }
  };
  const add = (coordinate: string, { hubspotScopes }: Extensions, conditional: boolean): void => {
    if (hubspotScopes === undefined) return;
    const anyOf = hubspotScopes as ScopeRequirement; // Only the plugin in scopes.ts sets this extension.
    requirements.set(`${coordinate} ${JSON.stringify(anyOf)}`, { coordinate, anyOf, conditional });
  };
  for (const selected of rootFields(operation)) visit(selected);
  return [...requirements.values()];
}

interface Extensions {
  readonly hubspotScopes?: unknown;
}

/**
 * The scopes that depend on a field's arguments: those of its metadata's `argumentScopes`, or those of the object types
 * that its argument `objectType` may have. A variable may have any object type.
 */
function byArgument({ node, field }: SelectedField): readonly ScopeRequirement[] {
  const { hubspotScopesOf } = field.extensions;
  const { argumentScopes } = metadataOf(field);
  const type = getNamedType(field.args.find(({ name }) => name === 'objectType')?.type);
  if (hubspotScopesOf === undefined || !isEnumType(type)) return argumentScopes?.(node) ?? [];
  const scopesOf = hubspotScopesOf as (objectType: unknown) => ScopeRequirement; // Only the plugin in scopes.ts sets it.
  const value = node.arguments?.find(({ name }) => name.value === 'objectType')?.value;
  const possible = value?.kind === Kind.ENUM ? [type.getValue(value.value)] : type.getValues();
  return possible.map((objectType) => scopesOf(objectType?.value));
}
