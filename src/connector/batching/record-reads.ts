import type { ObjectType } from '../../crm/objects.ts';
import { NO_FAILURES } from '../../hubspot/batch-failures.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import { batchReadRecords, type HubspotRecord, type RecordBatch } from '../../hubspot/crm/objects.ts';
import type { CachedRecords } from '../record-cache.ts';
import type { Answer } from './load.ts';
import { matchNames, type RecordNaming } from './record-names.ts';
import { readByAnyName, readSingleRecord } from './single-read.ts';

/** One record to read, and the properties that a request selected. */
export interface RecordInput {
  /** A record id, or the value of the unique property. */
  readonly id: string;
  readonly properties: readonly string[];
  /** Types of associations to read with the record if that needs no call of its own. */
  readonly associations?: readonly ObjectType[];
}

/** A record with the types of the associations that were read with it. */
export interface LoadedRecord extends HubspotRecord {
  readonly preloaded?: readonly ObjectType[];
}

/** The object type of the records, their names, and their cache. */
export interface RecordSource {
  readonly objectType: ObjectType;
  /** A unique property; record ids when absent. */
  readonly idProperty: string | undefined;
  readonly naming: RecordNaming;
  readonly cached: CachedRecords | undefined;
}

/**
 * `batch` matches records by their current names. `by former names` also reads the former names, and matches by them.
 * `single` reads one name, whose answer may have any name.
 */
export type ReadMode = 'batch' | 'by former names' | 'single';

export interface RecordsRead {
  readonly answer: Answer<RecordInput, LoadedRecord | null>;
  /** Inputs that a record of the answer can belong to, although its names do not show it. */
  readonly unresolved: readonly RecordInput[];
}

/** Reads the records of `inputs`; absent records are `null`. */
export async function readRecords(
  api: HubspotApi,
  source: RecordSource,
  inputs: readonly RecordInput[],
  mode: ReadMode,
): Promise<RecordsRead> {
  const { idProperty, naming, cached } = source;
  const requested = new Set(inputs.map(({ id }) => id));
  const formerNames = mode === 'by former names' ? naming.formerNames : [];
  const properties = union(idProperty === undefined ? formerNames : [idProperty, ...formerNames], inputs);
  const keep = cached?.reading(properties);
  const options = { ids: [...requested], properties: [...properties], inputs };
  const { preloaded, ...batch } = await send(api, source, options, mode);
  const { found, unmatched, unclaimed } = matchNames(requested, batch.records, batch, naming);
  if (idProperty === undefined) keep?.(batch.records, { requested, found });
  else keep?.(batch.records);

  // HubSpot may answer two requested names of a record once. Only the former names then show that it is the same record.
  const mayBeShared = mode === 'batch' && batch.records.length > 0;
  const isUnresolved = ({ id }: RecordInput) =>
    unmatched.has(id) && (unclaimed.length > 0 || (mayBeShared && batch.failureOf(id) === undefined));
  const projections = new Map<readonly string[], Map<string, LoadedRecord>>();
  return {
    answer({ id, properties: selected }) {
      const record = found.get(id);
      if (record) return project(projections, record, selected, preloaded);
      const failure = batch.failureOf(id);
      if (failure) throw failure;
      return null;
    },
    unresolved: unmatched.size > 0 ? inputs.filter(isUnresolved) : [],
  };
}

interface ReadOptions {
  /** Without repeats. */
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  readonly inputs: readonly RecordInput[];
}

/** With the types of the associations that were read with the records. */
type PreloadedBatch = RecordBatch & { readonly preloaded?: readonly ObjectType[] };

async function send(
  api: HubspotApi,
  { objectType, idProperty }: RecordSource,
  { ids, properties, inputs }: ReadOptions,
  mode: ReadMode,
): Promise<PreloadedBatch> {
  const [id, another] = ids;
  if (id !== undefined && another === undefined) {
    if (mode === 'single') return readByAnyName(api, objectType, id, { idProperty, properties, associations: [] });
    const associations = [...new Set(inputs.flatMap((input) => input.associations ?? []))];
    const record =
      associations.length > 0
        ? await readSingleRecord(api, objectType, id, { idProperty, properties, associations })
        : undefined;
    if (record) return { records: [record], ...NO_FAILURES, preloaded: associations };
  }
  return batchReadRecords(api, objectType, { ids, idProperty, properties });
}

/** The record with only these properties. Requests with the same selection share one object. */
function project(
  projections: Map<readonly string[], Map<string, LoadedRecord>>,
  record: HubspotRecord,
  properties: readonly string[],
  preloaded: readonly ObjectType[] | undefined,
): LoadedRecord {
  let records = projections.get(properties);
  if (!records) {
    records = new Map();
    projections.set(properties, records);
  }
  let known = records.get(record.id);
  if (!known) {
    known = { ...record, ...(preloaded && { preloaded }), properties: pick(record.properties, properties) };
    records.set(record.id, known);
  }
  return known;
}

/** `additional` and the properties of all inputs. */
function union(additional: readonly string[], inputs: readonly RecordInput[]): Set<string> {
  const all = new Set(additional);
  let previous: readonly string[] | undefined;
  for (const { properties } of inputs) {
    // Rows of a list share one selection object.
    if (properties === previous) continue;
    for (const property of properties) all.add(property);
    previous = properties;
  }
  return all;
}

/** The properties with these names; those that HubSpot left out stay absent. */
export function pick(properties: HubspotRecord['properties'], names: readonly string[]): HubspotRecord['properties'] {
  const picked: Record<string, string | null | undefined> = {};
  for (const name of names) if (Object.hasOwn(properties, name)) picked[name] = properties[name];
  return picked;
}
