import DataLoader from 'dataloader';
import type { HubspotApi } from '../hubspot/client.ts';
import { batchReadRecords, type HubspotRecord, MAX_BATCH, type ObjectType } from '../hubspot/objects.ts';

/** Names one record, and what of it is wanted. */
export interface RecordKey {
  /** A record id, or the value of `idProperty`. */
  readonly id: string;
  /** A unique property such as `email`. */
  readonly idProperty?: string;
  readonly properties: readonly string[];
}

/** Joins the loads of one object type into batch reads of up to 100 records; absent records are `null`. */
export class RecordBatcher {
  readonly #loader: DataLoader<RecordKey, HubspotRecord | null, string>;

  constructor(api: HubspotApi, objectType: ObjectType) {
    this.#loader = new DataLoader((keys) => loadAll(api, objectType, keys), {
      cacheKeyFn: ({ id, idProperty = '', properties }) => `${idProperty}\n${id}\n${properties.join()}`,
    });
  }

  load(key: RecordKey): Promise<HubspotRecord | null> {
    return this.#loader.load(key);
  }
}

type Settled = HubspotRecord | null | Error;

async function loadAll(
  api: HubspotApi,
  objectType: ObjectType,
  keys: readonly RecordKey[],
): Promise<readonly Settled[]> {
  const results = new Array<Settled>(keys.length).fill(null);
  const batches = Map.groupBy(keys.keys(), (index) => keys[index]?.idProperty ?? '');
  await Promise.all(
    [...batches].map(async ([idProperty, indexes]) => {
      const found = await loadBy(
        api,
        objectType,
        idProperty,
        indexes.flatMap((index) => keys[index] ?? []),
      );
      for (const index of indexes) results[index] = found.get(normalise(idProperty, keys[index]?.id ?? '')) ?? null;
    }),
  );
  return results;
}

/** Reads keys that share one identifying property (`''`: the record id), 100 distinct ids a call. */
async function loadBy(
  api: HubspotApi,
  objectType: ObjectType,
  idProperty: string,
  keys: readonly RecordKey[],
): Promise<Map<string, Settled>> {
  const wanted = new Map<string, Set<string>>();
  for (const { id, properties } of keys) {
    const known = wanted.get(normalise(idProperty, id));
    if (known) for (const property of properties) known.add(property);
    else wanted.set(normalise(idProperty, id), new Set(properties));
  }
  const found = new Map<string, Settled>();
  await Promise.all(
    chunks([...wanted.keys()], MAX_BATCH).map(async (ids) => {
      const properties = new Set(ids.flatMap((id) => [...(wanted.get(id) ?? [])]));
      // The answer is matched by this property, in whatever order it comes.
      if (idProperty !== '') properties.add(idProperty);
      try {
        const records = await batchReadRecords(api, objectType, {
          ids,
          idProperty: idProperty || undefined,
          properties: [...properties],
        });
        for (const record of records) found.set(identity(idProperty, record), record);
      } catch (error) {
        for (const id of ids)
          found.set(id, error instanceof Error ? error : new Error('batch read failed', { cause: error }));
      }
    }),
  );
  return found;
}

function identity(idProperty: string, record: HubspotRecord): string {
  return idProperty === '' ? record.id : normalise(idProperty, record.properties[idProperty] ?? '');
}

/** HubSpot keeps e-mail addresses in lower case, whatever was written. */
function normalise(idProperty: string, id: string): string {
  return idProperty === 'email' ? id.trim().toLowerCase() : id;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
