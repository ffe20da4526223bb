/** Fields below a record that HubSpot answers elsewhere. */
const LOOKUPS = new Set(['owner', 'stage', 'pipeline']);
/** Fields of the root, besides connections, that ask HubSpot. */
const ENDPOINTS = new Set(['contact', 'contactByEmail', 'deal', 'company', 'owner', 'dealPipelines', 'properties']);

/**
 * The HubSpot calls of a server that makes one wherever a field has an endpoint of its own, counted on an answer: one
 * for a list with all its records; below a record, one for the ids of its associated records and one for each of them.
 */
export function naiveCalls(data: object): number {
  return callsBelow(data, true);
}

/** The same for what is selected of `value`, which is there already. */
export function callsBelow(value: unknown, isRoot: boolean): number {
  if (Array.isArray(value)) return sum(value.map((item) => callsBelow(item, isRoot)));
  if (typeof value !== 'object' || value === null) return 0;
  return sum(Object.entries(value).map(([name, child]) => callsOf(name, child, isRoot)));
}

function callsOf(name: string, value: unknown, isRoot: boolean): number {
  if (typeof value !== 'object' || value === null) return 0;
  const records = recordsIn(value);
  if (records) return 1 + sum(records.map((record) => (isRoot ? 0 : 1) + callsBelow(record, false)));
  if (LOOKUPS.has(name) || (isRoot && ENDPOINTS.has(name))) return 1 + callsBelow(value, false);
  // An installation holds the root's fields once more.
  return callsBelow(value, isRoot && name.startsWith('installation'));
}

/** `undefined` for what is no connection. */
function recordsIn(value: object): readonly unknown[] | undefined {
  if ('nodes' in value && Array.isArray(value.nodes)) return value.nodes;
  return 'edges' in value && Array.isArray(value.edges) ? value.edges : undefined;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
