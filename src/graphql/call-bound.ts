import { type FieldNode, type GraphQLField, Kind } from 'graphql';
import { fieldsBelow, type Operation, rootFields, type SelectedField } from './operation.ts';
import { MAX_FIRST } from './pagination.ts';
import type { FieldSource } from './selection.ts';

/** How many records, inputs or items HubSpot takes or gives in one call. */
const PER_CALL = { records: 100, associations: 1_000 };
/** What is read of metadata, from the cache as a rule: a list of those in use, and one of the archived. */
const METADATA_CALLS = 2;
/** A document that nests so much may take any number of calls. */
const MAX_STEPS = 10_000;

/**
 * An upper bound of the HubSpot calls that the operation may take in one portal, nothing being cached and no call being
 * repeated; at most `limit`, where the gateway ends an operation. Page sizes in variables count as the largest.
 */
export function mostCalls(operation: Operation, limit: number): number {
  let calls = 0;
  let steps = 0;
  const metadata = new Set<string>();

  const visit = (selected: SelectedField, parents: number): void => {
    steps += 1;
    if (steps > MAX_STEPS || calls > limit) return;
    const { reads } = sourceOf(selected.field);
    const first = reads === 'list' || reads === 'neighbours' ? firstOf(selected, MAX_FIRST[SIZES[reads]]) : 1;
    // Going on in the middle of a page of HubSpot's takes the rest of that page, too.
    const extra = selected.node.arguments?.some(({ name }) => name.value === 'after') ? 1 : 0;
    if (reads === 'record') calls += Math.ceil(parents / PER_CALL.records);
    if (reads === 'list') calls += parents * (Math.ceil(first / PER_CALL.records) + extra);
    if (reads === 'neighbours') {
      calls += Math.ceil(parents / PER_CALL.associations) + extra + Math.ceil((parents * first) / PER_CALL.records);
    }
    if (reads === 'metadata') metadata.add(selected.field.name);
    for (const below of fieldsBelow(operation, selected)) visit(below, parents * first);
  };
  for (const selected of rootFields(operation)) visit(selected, 1);
  return steps > MAX_STEPS ? limit : Math.min(limit, calls + METADATA_CALLS * metadata.size);
}

const SIZES = { list: 'root', neighbours: 'nested' } as const;

function sourceOf({ extensions }: GraphQLField<unknown, unknown>): FieldSource {
  return (extensions.hubspot ?? {}) as FieldSource; // Written by the types of this folder alone.
}

function firstOf({ node, field }: { node: FieldNode; field: GraphQLField<unknown, unknown> }, most: number): number {
  const value = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  if (value?.kind === Kind.INT) return Math.min(most, Math.max(0, Number(value.value)));
  const fallback = field.args.find(({ name }) => name === 'first')?.defaultValue;
  return value === undefined && typeof fallback === 'number' ? fallback : most;
}
