import type { ObjectType } from '../../crm/objects.ts';
import { NO_FAILURES } from '../../hubspot/batch-failures.ts';
import type { HubspotApi } from '../../hubspot/client.ts';
import { batchReadRecords, type HubspotRecord, type RecordBatch } from '../../hubspot/crm/objects.ts';
import type { CachedRecords } from '../record-cache.ts';
import type { Answer } from './load.ts';
import { matchNames, type RecordNaming } from './record-names.ts';
import { readByAnyName, readSingleRecord } from './single-read.ts';

/** Names one record, and what of it is wanted. */
export interface RecordInput {
  /** A record id, or the value of the unique property. */
  readonly id: string;
  readonly properties: readonly string[];
  /** Associated records that may come with it, where that takes no call of its own. */
  readonly associations?: readonly ObjectType[];
}

/** A record with the associated records that came with it, if any. */
export interface LoadedRecord extends HubspotRecord {
  readonly preloaded?: readonly ObjectType[];
}

/** Of which type records are, how they are named, and where what is read is kept. */
export interface RecordSource {
  readonly objectType: ObjectType;
  /** Absent: record ids name them. */
  readonly idProperty: string | undefined;
  readonly naming: RecordNaming;
  readonly cached: CachedRecords | undefined;
}

/**
 * Together in one call, each by the name that it has now; the same with the former names that records tell; or one alone,
 * whose record is the answer, whatever it is called.
 */
export type Way = 'together' | 'by former names' | 'alone';

export interface RecordsRead {
  readonly answer: Answer<RecordInput, LoadedRecord | null>;
  /** Those that a record of the answer may belong to, which does not say so. */
  readonly open: readonly RecordInput[];
}

/** Reads the records that `inputs` name; absent ones are `null`. */
export async function readRecords(
  api: HubspotApi,
  source: RecordSource,
  inputs: readonly RecordInput[],
  way: Way,
): Promise<RecordsRead> {
  const { idProperty, naming, cached } = source;
  const asked = new Set(inputs.map(({ id }) => id));
  const besides = way === 'by former names' ? naming.formerNames : [];
  const properties = union(idProperty === undefined ? besides : [idProperty, ...besides], inputs);
  const keep = cached?.reading(properties);
  const { preloaded, ...batch } = await ask(api, source, { ids: [...asked], properties: [...properties], inputs }, way);
  const { found, left, spare } = matchNames(asked, batch.records, batch, naming);
  if (idProperty === undefined) keep?.(batch.records, { asked, found });
  else keep?.(batch.records);

  // A record that was asked for by two of its names may be answered once; that it is the same, former names tell.
  const mayBeShared = way === 'together' && batch.records.length > 0;
  const isOpen = ({ id }: RecordInput) =>
    left.has(id) && (spare.length > 0 || (mayBeShared && batch.failureOf(id) === undefined));
  const shown = new Map<readonly string[], Map<string, LoadedRecord>>();
  return {
    answer({ id, properties: wanted }) {
      const record = found.get(id);
      if (record) return showing(shown, record, wanted, preloaded);
      const failure = batch.failureOf(id);
      if (failure) throw failure;
      return null;
    },
    open: left.size > 0 ? inputs.filter(isOpen) : [],
  };
}

interface Asked {
  /** Without repeats. */
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  readonly inputs: readonly RecordInput[];
}

/** With the types of associated records that came with the records, if any. */
type InlinedBatch = RecordBatch & { readonly preloaded?: readonly ObjectType[] };

async function ask(
  api: HubspotApi,
  { objectType, idProperty }: RecordSource,
  { ids, properties, inputs }: Asked,
  way: Way,
): Promise<InlinedBatch> {
  const [id, another] = ids;
  if (id !== undefined && another === undefined) {
    if (way === 'alone') return readByAnyName(api, objectType, id, { idProperty, properties, associations: [] });
    const associations = [...new Set(inputs.flatMap((input) => input.associations ?? []))];
    const lone =
      associations.length > 0
        ? await readSingleRecord(api, objectType, id, { idProperty, properties, associations })
        : undefined;
    if (lone) return { records: [lone], ...NO_FAILURES, preloaded: associations };
  }
  return batchReadRecords(api, objectType, { ids, idProperty, properties });
}

/** The record with these properties alone: one object for all who select the same. */
function showing(
  shown: Map<readonly string[], Map<string, LoadedRecord>>,
  record: HubspotRecord,
  properties: readonly string[],
  preloaded: readonly ObjectType[] | undefined,
): LoadedRecord {
  let records = shown.get(properties);
  if (!records) {
    records = new Map();
    shown.set(properties, records);
  }
  let known = records.get(record.id);
  if (!known) {
    known = { ...record, ...(preloaded && { preloaded }), properties: pick(record.properties, properties) };
    records.set(record.id, known);
  }
  return known;
}

/** The properties that any input asks for, and `besides`. */
function union(besides: readonly string[], inputs: readonly RecordInput[]): Set<string> {
  const all = new Set(besides);
  let previous: readonly string[] | undefined;
  for (const { properties } of inputs) {
    // Rows of one list share one selection.
    if (properties === previous) continue;
    for (const property of properties) all.add(property);
    previous = properties;
  }
  return all;
}

/** Those of `names` that are there; a property that HubSpot left out stays absent. */
export function pick(properties: HubspotRecord['properties'], names: readonly string[]): HubspotRecord['properties'] {
  const picked: Record<string, string | null | undefined> = {};
  for (const name of names) if (Object.hasOwn(properties, name)) picked[name] = properties[name];
  return picked;
}
