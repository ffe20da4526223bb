import { noFailure } from '../hubspot/batch-failures.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { batchReadRecords, type HubspotRecord, MAX_BATCH, type ObjectType } from '../hubspot/objects.ts';
import { type BatchContext, BatchQueue } from './batch-queue.ts';
import { readLoneRecord } from './lone-record.ts';
import type { Operation } from './operation.ts';
import type { CachedRecords } from './record-cache.ts';

/** Names one record, and what of it is wanted. */
export interface RecordInput {
  /** A record id, or the value of the unique property. */
  readonly id: string;
  readonly properties: readonly string[];
  /** Neighbours that may come with it, where that takes no call of its own. */
  readonly associations?: readonly ObjectType[];
}

/** A record with the neighbours that came with it, if any. */
export interface LoadedRecord extends HubspotRecord {
  readonly inlined?: readonly ObjectType[];
}

/**
 * Joins the loads of one object type into batch reads of up to 100 records; absent records are `null`. One that is alone
 * brings its neighbours along. With `idProperty`, records are named by that unique property instead of their ids.
 */
export class RecordBatcher {
  readonly #idProperty: string | undefined;
  readonly #cached: CachedRecords | undefined;
  readonly #queue: BatchQueue<RecordInput, LoadedRecord | null>;

  /** With `cached`, what is read is kept, and what is known is not read again. */
  constructor(context: BatchContext, objectType: ObjectType, idProperty?: string, cached?: CachedRecords) {
    this.#idProperty = idProperty;
    this.#cached = cached;
    this.#queue = new BatchQueue(
      {
        name: idProperty === undefined ? objectType : `${objectType} by ${idProperty}`,
        budget: 'general',
        maxInputs: MAX_BATCH,
        keyOf: ({ id }) => id,
        read: (api, inputs) => readRecords(api, objectType, idProperty, inputs, cached),
      },
      context,
    );
  }

  /** The record with no other properties than those that were asked for here, whoever shares the call. */
  async load({ id, ...wanted }: RecordInput, operation: Operation): Promise<LoadedRecord | null> {
    const answer = await this.loadAll([id], wanted, operation);
    return answer(id);
  }

  /** Several at once. The function that it resolves with answers each of `ids`, or throws what failed for it alone. */
  async loadAll(
    ids: readonly string[],
    wanted: Omit<RecordInput, 'id'>,
    operation: Operation,
  ): Promise<(id: string) => LoadedRecord | null> {
    const known = this.#known(ids, wanted.properties);
    const inputs = new Map<string, RecordInput>();
    for (const id of ids) {
      if (!known?.has(id)) inputs.set(id, { ...wanted, id: normalise(this.#idProperty, id) });
    }
    const answer = inputs.size > 0 ? await this.#queue.loadAll([...inputs.values()], operation) : undefined;
    return (id) => {
      const input = inputs.get(id);
      return input && answer ? answer(input) : (known?.get(id) ?? null);
    };
  }

  /** By another property a record may be another one by now. */
  #known(ids: readonly string[], properties: readonly string[]): Map<string, HubspotRecord> | undefined {
    const cached = this.#cached;
    if (!cached || this.#idProperty !== undefined) return undefined;
    const known = new Map<string, HubspotRecord>();
    for (const id of ids) {
      const record = cached.find(id, properties);
      if (record) known.set(id, { ...record, properties: pick(record.properties, properties) });
    }
    return known;
  }
}

async function readRecords(
  api: HubspotApi,
  objectType: ObjectType,
  idProperty: string | undefined,
  inputs: readonly RecordInput[],
  cached: CachedRecords | undefined,
): Promise<(input: RecordInput) => LoadedRecord | null> {
  const ids = [...new Set(inputs.map(({ id }) => id))];
  const properties = union(idProperty, inputs);
  const keep = cached?.reading(properties);
  const batch = { ids, idProperty, properties: [...properties] };
  const [id, another] = ids;
  const associations = another === undefined ? [...new Set(inputs.flatMap((input) => input.associations ?? []))] : [];
  const lone =
    id !== undefined && associations.length > 0
      ? await readLoneRecord(api, objectType, id, { ...batch, associations })
      : undefined;
  const { records, failureOf } = lone
    ? { records: [lone], failureOf: noFailure }
    : await batchReadRecords(api, objectType, batch);
  keep?.(records, idProperty === undefined ? ids : []);
  const found = new Map(records.map((record) => [identity(idProperty, record), record]));
  const shown = new Map<readonly string[], Map<string, LoadedRecord>>();
  const inlined = lone ? { inlined: associations } : {};
  return ({ id, properties }) => {
    const record = found.get(id);
    if (record) return showing(shown, record, properties, inlined);
    const failure = failureOf(id);
    if (failure) throw failure;
    return null;
  };
}

/** The record with these properties alone: one object for all who select the same. */
function showing(
  shown: Map<readonly string[], Map<string, LoadedRecord>>,
  record: HubspotRecord,
  properties: readonly string[],
  inlined: Pick<LoadedRecord, 'inlined'>,
): LoadedRecord {
  let records = shown.get(properties);
  if (!records) {
    records = new Map();
    shown.set(properties, records);
  }
  let known = records.get(record.id);
  if (!known) {
    known = { ...record, ...inlined, properties: pick(record.properties, properties) };
    records.set(record.id, known);
  }
  return known;
}

/** What anybody asks for, and the property by which the answer, which comes in any order, is matched. */
function union(idProperty: string | undefined, inputs: readonly RecordInput[]): Set<string> {
  const all = new Set(idProperty === undefined ? [] : [idProperty]);
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
function pick(properties: HubspotRecord['properties'], names: readonly string[]): HubspotRecord['properties'] {
  const picked: Record<string, string | null | undefined> = {};
  for (const name of names) if (Object.hasOwn(properties, name)) picked[name] = properties[name];
  return picked;
}

function identity(idProperty: string | undefined, record: HubspotRecord): string {
  return idProperty === undefined ? record.id : normalise(idProperty, record.properties[idProperty] ?? '');
}

/** HubSpot keeps e-mail addresses in lower case, whatever was written. */
function normalise(idProperty: string | undefined, id: string): string {
  return idProperty === 'email' ? id.trim().toLowerCase() : id;
}
