import { noFailure } from '../hubspot/batch-failures.ts';
import type { HubspotApi } from '../hubspot/client.ts';
import { batchReadRecords, type HubspotRecord, MAX_BATCH, type ObjectType } from '../hubspot/objects.ts';
import { type BatchContext, BatchQueue } from './batch-queue.ts';
import { type LoadedRecord, readLoneRecord } from './lone-record.ts';
import type { Operation } from './operation.ts';

/** Names one record, and what of it is wanted. */
export interface RecordInput {
  /** A record id, or the value of the unique property. */
  readonly id: string;
  readonly properties: readonly string[];
  /** Neighbours that may come with it, where that takes no call of its own. */
  readonly associations?: readonly ObjectType[];
}

/**
 * Joins the loads of one object type into batch reads of up to 100 records; absent records are `null`. One that is alone
 * brings its neighbours along. With
 * `idProperty`, records are named by that unique property instead of their ids.
 */
export class RecordBatcher {
  readonly #idProperty: string | undefined;
  readonly #queue: BatchQueue<RecordInput, LoadedRecord | null>;

  constructor(context: BatchContext, objectType: ObjectType, idProperty?: string) {
    this.#idProperty = idProperty;
    this.#queue = new BatchQueue(
      {
        name: idProperty === undefined ? objectType : `${objectType} by ${idProperty}`,
        budget: 'general',
        maxInputs: MAX_BATCH,
        keyOf: ({ id }) => id,
        read: (api, inputs) => readRecords(api, objectType, idProperty, inputs),
      },
      context,
    );
  }

  /** The record with no other properties than those that were asked for here, whoever shares the call. */
  load(input: RecordInput, operation: Operation): Promise<LoadedRecord | null> {
    return this.#queue.load({ ...input, id: normalise(this.#idProperty, input.id) }, operation);
  }
}

async function readRecords(
  api: HubspotApi,
  objectType: ObjectType,
  idProperty: string | undefined,
  inputs: readonly RecordInput[],
): Promise<(input: RecordInput) => LoadedRecord | null> {
  const ids = [...new Set(inputs.map(({ id }) => id))];
  const properties = [...union(idProperty, inputs)];
  const associations = [...new Set(inputs.flatMap((input) => input.associations ?? []))];
  const [lone] = ids.length === 1 && associations.length > 0 ? ids : [];
  const alone = lone && (await readLoneRecord(api, objectType, lone, { idProperty, properties, associations }));
  const { records, failureOf } = alone
    ? { records: [alone], failureOf: noFailure }
    : await batchReadRecords(api, objectType, { ids, idProperty, properties });
  const found = new Map<string, LoadedRecord>(records.map((record) => [identity(idProperty, record), record]));
  return ({ id, properties }) => {
    const record = found.get(id);
    if (record) return { ...record, properties: pick(record.properties, properties) };
    const failure = failureOf(id);
    if (failure) throw failure;
    return null;
  };
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
