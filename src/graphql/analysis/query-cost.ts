import { type FieldNode, type GraphQLField, getNamedType, Kind, print } from 'graphql';
import { CRM_OBJECTS } from '../../crm/objects.ts';
import { type ExecutableOperation, fieldsBelow, rootFields, type SelectedField } from './executable-operation.ts';
import { metadataOf } from './field-metadata.ts';
import { literalAt } from './input-literals.ts';
import { MAX_FIRST } from './page-sizes.ts';

/** How many records, inputs or items HubSpot takes or gives in one call. */
const PER_CALL = { records: 100, hits: 200, associations: 1_000 };
/** What is read once for all, and from the cache as a rule: pipelines, and definitions of each of three sensitivities. */
const METADATA_CALLS = { pipelines: 1, definitions: 3 };
/** A document that nests so much may take any number of calls. */
const MAX_STEPS = 10_000;

export interface CallBounds {
  /** Calls of its own at which the gateway ends an operation. */
  readonly limit: number;
  /** Calls that reading all owners of the portal may take, which is done once for all. */
  readonly owners: number;
}

/**
 * An upper bound of the HubSpot calls that the operation may take in one portal, nothing being cached and no call being
 * repeated: at most `limit` of its own, and what is read once for all. Page sizes in variables count as the largest. Of a
 * grant that shrinks meanwhile nothing is known here: what is read once more for it counts towards the same `limit`.
 */
export function estimateCalls(operation: ExecutableOperation, { limit, owners }: CallBounds): number {
  let calls = 0;
  let steps = 0;
  const metadata = new Map<string, number>();

  const visit = (selected: SelectedField, parents: number, apart: SeparateReads): void => {
    steps += 1;
    if (steps > MAX_STEPS) return;
    const { reads, properties, calls: own } = metadataOf(selected.field);
    calls += parents * (own?.(selected.node) ?? 0);
    const first = reads === 'list' || reads === 'associations' ? firstOf(selected, MAX_FIRST[SIZES[reads]]) : 1;
    // Going on in the middle of a page of HubSpot's takes the rest of that page, too.
    const extra = selected.node.arguments?.some(({ name }) => name.value === 'after') ? 1 : 0;
    const hits: SeparateReads = reads === undefined ? apart : { calls: 0 };
    if (typeof properties === 'function') {
      calls += apart.calls;
      apart.calls = 0;
    }
    // One that HubSpot finds under another name may have to be asked for once more.
    if (reads === 'record') calls += 2 * parents;
    if (reads === 'list') {
      const search = searchIn(selected);
      calls += parents * (Math.ceil(first / (search === 'certain' ? PER_CALL.hits : PER_CALL.records)) + extra);
      hits.calls = parents * (Math.ceil(first / PER_CALL.records) + (search === 'certain' ? 0 : extra));
      if (filtersProperties(selected)) metadata.set(recordOf(selected), METADATA_CALLS.definitions);
    }
    if (reads === 'associations') {
      calls += Math.ceil(parents / PER_CALL.associations) + extra + Math.ceil((parents * first) / PER_CALL.records);
    }
    if (reads === 'owners') metadata.set(reads, owners);
    if (reads === 'pipelines') metadata.set(reads, METADATA_CALLS[reads]);
    if (reads === 'definitions') metadata.set(definitionsOf(selected), METADATA_CALLS[reads]);
    for (const below of fieldsBelow(operation, selected)) visit(below, parents * first, hits);
  };
  for (const selected of rootFields(operation)) visit(selected, 1, { calls: 0 });
  if (steps > MAX_STEPS) {
    const definitions = CRM_OBJECTS.length * METADATA_CALLS.definitions;
    return limit + owners + METADATA_CALLS.pipelines + definitions;
  }
  return [...metadata.values()].reduce((sum, most) => sum + most, Math.min(limit, calls));
}

/** Properties that a document names may be too many to come with a list or a search; these calls then read them, once. */
interface SeparateReads {
  calls: number;
}

const SEARCH_ARGUMENTS = ['filter', 'query', 'orderBy'];

/** Whether a list is a search: what a variable holds may be null. */
function searchIn({ node }: SelectedField): 'certain' | 'possible' | undefined {
  const kinds = SEARCH_ARGUMENTS.flatMap((name) => literalAt(node, [name])?.kind ?? []);
  if (kinds.every((kind) => kind === Kind.NULL)) return undefined;
  return kinds.every((kind) => kind === Kind.VARIABLE || kind === Kind.NULL) ? 'possible' : 'certain';
}

/** The type of a connection's records. */
function recordOf({ field }: SelectedField): string {
  return getNamedType(field.type).name.replace(/Connection$/, '');
}

/** Whether a filter may ask about properties that the schema does not know, which are looked up. */
function filtersProperties({ node }: SelectedField): boolean {
  const filter = literalAt(node, ['filter']);
  return filter !== undefined && /\$|\bproperty:/.test(print(filter));
}

const SIZES = { list: 'root', associations: 'nested' } as const;

/** Definitions are read by type: that of the record, or the one that the argument names. */
function definitionsOf({ parent, node }: SelectedField): string {
  const objectType = node.arguments?.find(({ name }) => name.value === 'objectType');
  return objectType ? print(objectType.value) : parent.name;
}

function firstOf({ node, field }: { node: FieldNode; field: GraphQLField<unknown, unknown> }, most: number): number {
  const value = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  if (value?.kind === Kind.INT) return Math.min(most, Math.max(0, Number(value.value)));
  const fallback = field.args.find(({ name }) => name === 'first')?.defaultValue;
  return value === undefined && typeof fallback === 'number' ? fallback : most;
}
