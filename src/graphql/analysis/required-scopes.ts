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

/** What one field of an operation needs of the portal's grant. */
export interface FieldRequiredScopes {
  /** `Contact.owner`, `Query.deals`: the concrete parent type and the field. */
  readonly coordinate: string;
  readonly anyOf: ScopeRequirement;
  /** True when it depends on an argument: `node(id)` needs what the type of the record needs that the id names. */
  readonly conditional: boolean;
}

const known = new WeakMap<OperationDefinitionNode, readonly FieldRequiredScopes[]>();

/** What the fields of an operation need, each coordinate once, in the order of the document. */
export function requirementsOf(operation: ExecutableOperation): readonly FieldRequiredScopes[] {
  const cached = known.get(operation.operation);
  if (cached) return cached;
  const requirements = collectRequirements(operation);
  known.set(operation.operation, requirements);
  return requirements;
}

interface Preflight {
  /** Coordinates of the fields that the grant refuses. */
  readonly refused: ReadonlySet<string>;
  /** True when it refuses any, or may by the values of arguments. */
  readonly mayRefuse: boolean;
}

const preflights = new WeakMap<OperationDefinitionNode, WeakMap<ScopeSet, Preflight>>();

/**
 * How an operation fares under a grant, decided before anything is fetched. Worked out once per operation and set of
 * scopes.
 */
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
  const found = { refused: new Set(certain.map(({ coordinate }) => coordinate)), mayRefuse: lacking.length > 0 };
  byGrant.set(granted, found);
  return found;
}

function collectRequirements(operation: ExecutableOperation): readonly FieldRequiredScopes[] {
  const found = new Map<string, FieldRequiredScopes>();
  // A field of a fragment that is spread in many places leads to the same requirements from each of them.
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
    const anyOf = hubspotScopes as ScopeRequirement; // Written by the plugin in scopes.ts alone.
    found.set(`${coordinate} ${JSON.stringify(anyOf)}`, { coordinate, anyOf, conditional });
  };
  for (const selected of rootFields(operation)) visit(selected);
  return [...found.values()];
}

interface Extensions {
  readonly hubspotScopes?: unknown;
}

/** What a field needs by its arguments: `objectType`, for which a variable may have any value, and what it demands itself. */
function byArgument({ node, field }: SelectedField): readonly ScopeRequirement[] {
  const { hubspotScopesOf } = field.extensions;
  const { argumentScopes } = metadataOf(field);
  const type = getNamedType(field.args.find(({ name }) => name === 'objectType')?.type);
  if (hubspotScopesOf === undefined || !isEnumType(type)) return argumentScopes?.(node) ?? [];
  const scopesOf = hubspotScopesOf as (objectType: unknown) => ScopeRequirement; // Written by the plugin in scopes.ts alone.
  const value = node.arguments?.find(({ name }) => name.value === 'objectType')?.value;
  const named = value?.kind === Kind.ENUM ? [type.getValue(value.value)] : type.getValues();
  return named.map((objectType) => scopesOf(objectType?.value));
}
