import { getNamedType, Kind, print } from 'graphql';
import { CRM_OBJECTS } from '../../crm/objects.ts';
import { metadataOf } from './field-metadata.ts';
import { type SelectedField, treeOf } from './field-tree.ts';
import { literalAt } from './input-literals.ts';
import type { ExecutableOperation } from './operations.ts';
import { pageSizeOf } from './page-sizes.ts';

/** The most records, search results or association inputs in one HubSpot call. */
const PER_CALL = { records: 100, hits: 200, associations: 1_000 };
/**
 * Calls for metadata, which an operation makes once and usually not at all, because the metadata is cached. HubSpot has
 * property definitions of three sensitivities, and one call reads one sensitivity.
 */
const METADATA_CALLS = { pipelines: 1, definitions: 3, rules: 1, account: 1 };
/** The analysis stops after this many fields, and returns the largest possible number of calls. */
const MAX_STEPS = 10_000;

export interface CallBounds {
  /** The gateway's limit of calls per operation. Calls for metadata do not count. */
  readonly limit: number;
  /** Calls that are needed to read all owners of the portal, once per operation. */
  readonly owners: number;
}

/**
 * An upper bound of the HubSpot calls of an operation in one portal: at most `limit` calls, and the calls for metadata.
 * The bound assumes an empty cache and no retries. A page size in a variable counts as the largest page size. When the
 * grant shrinks during the operation, the repeated reads count towards the same `limit`.
 */
export function estimateCalls(operation: ExecutableOperation, { limit, owners }: CallBounds): number {
  let calls = 0;
  let steps = 0;
  const metadata = new Map<string, number>();

  const visit = (selected: SelectedField, parents: number, separate: SeparateReads): void => {
    steps += 1;
    if (steps > MAX_STEPS) return;
    const { reads, properties, calls: callsOf, items } = metadataOf(selected.definition);
    calls += parents * (callsOf?.(selected.node) ?? 0);
    const isPage = reads === 'list' || reads === 'associations';
    const first = isPage ? pageSizeOf(selected, undefined) : (items?.(selected.node) ?? 1);
    // A cursor can point into the middle of a HubSpot page. The rest of that page takes one more call.
    const extra = literalAt(selected.node, ['after']) ? 1 : 0;
    const separateBelow: SeparateReads = reads === undefined ? separate : { calls: 0 };
    if (typeof properties === 'function') {
      calls += separate.calls;
      separate.calls = 0;
    }
    // HubSpot can return the record under another id after a merge. The gateway then reads it a second time.
    if (reads === 'record') calls += 2 * Math.ceil(parents / PER_CALL.records);
    if (reads === 'list') {
      const search = searchIn(selected);
      calls += parents * (Math.ceil(first / (search === 'certain' ? PER_CALL.hits : PER_CALL.records)) + extra);
      separateBelow.calls = parents * (Math.ceil(first / PER_CALL.records) + (search === 'certain' ? 0 : extra));
      if (filtersProperties(selected)) metadata.set(recordOf(selected), METADATA_CALLS.definitions);
    }
    if (reads === 'associations') {
      calls += Math.ceil(parents / PER_CALL.associations) + extra + Math.ceil((parents * first) / PER_CALL.records);
    }
    if (reads === 'owners') metadata.set(reads, owners);
    if (reads === 'pipelines' || reads === 'account') metadata.set(reads, METADATA_CALLS[reads]);
    if (reads === 'definitions') metadata.set(definitionsOf(selected), METADATA_CALLS[reads]);
    if (reads === 'rules') metadata.set(`rules of ${definitionsOf(selected)}`, METADATA_CALLS[reads]);
    for (const below of selected.fields) visit(below, parents * first, separateBelow);
  };
  for (const selected of treeOf(operation).fields) visit(selected, 1, { calls: 0 });
  if (steps > MAX_STEPS) {
    const ofTypes = CRM_OBJECTS.length * (METADATA_CALLS.definitions + METADATA_CALLS.rules);
    return limit + owners + METADATA_CALLS.pipelines + METADATA_CALLS.account + ofTypes;
  }
  return [...metadata.values()].reduce((sum, most) => sum + most, Math.min(limit, calls));
}

/**
 * Calls that read the properties of `properties(names:)` for the records of a list or search. The list or search call
 * cannot return a large number of properties.
 */
interface SeparateReads {
  calls: number;
}

const SEARCH_ARGUMENTS = ['filter', 'query', 'orderBy'];

/** Whether the gateway reads a list with a search call. A variable can be null, so it makes a search possible. */
function searchIn({ node }: SelectedField): 'certain' | 'possible' | undefined {
  const kinds = SEARCH_ARGUMENTS.flatMap((name) => literalAt(node, [name])?.kind ?? []);
  if (kinds.every((kind) => kind === Kind.NULL)) return undefined;
  return kinds.every((kind) => kind === Kind.VARIABLE || kind === Kind.NULL) ? 'possible' : 'certain';
}

/** The typename of a connection's records. */
function recordOf({ definition }: SelectedField): string {
  return getNamedType(definition.type).name.replace(/Connection$/, '');
}

/** Whether a filter may name properties that are not in the schema. The gateway reads their definitions. */
function filtersProperties({ node }: SelectedField): boolean {
  const filter = literalAt(node, ['filter']);
  return filter !== undefined && /\$|\bproperty:/.test(print(filter));
}

/** A key for the object type whose definitions are read: the argument `objectType`, or the record's type. */
function definitionsOf({ parent, node }: SelectedField): string {
  const objectType = literalAt(node, ['objectType']);
  return objectType ? print(objectType) : parent.name;
}
