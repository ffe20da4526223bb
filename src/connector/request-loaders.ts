import DataLoader from 'dataloader';
import type { ObjectType } from '../crm/objects.ts';
import {
  type AssociationPage,
  type AssociationReadInput,
  MAX_ASSOCIATION_INPUTS,
} from '../hubspot/crm/associations.ts';
import { MAX_BATCH } from '../hubspot/crm/objects.ts';
import type { AssociationBatcher } from './batching/association-batcher.ts';
import type { Answer } from './batching/load.ts';
import type { RecordBatcher } from './batching/record-batcher.ts';
import type { LoadedRecord } from './batching/record-reads.ts';
import type { CrmRecord } from './crm-record.ts';
import type { RequestContext } from './request-context.ts';

export type RecordLoader = DataLoader<string, CrmRecord | null>;
export type AssociationLoader = DataLoader<AssociationReadInput, AssociationPage, string>;

/** The records that one loader reads. */
export interface LoaderOptions {
  readonly properties: readonly string[];
  /** A unique property that identifies the records; their ids do when absent. */
  readonly idProperty?: string | undefined;
  /** Types of associations to read with a record if that needs no call of its own. */
  readonly associations?: readonly ObjectType[] | undefined;
}

/** The batches that all requests under one grant share. */
interface Batchers {
  records(objectType: ObjectType, idProperty?: string): Pick<RecordBatcher, 'loadAll'>;
  associations(from: ObjectType, to: ObjectType): Pick<AssociationBatcher, 'loadAll'>;
}

type ToCrmRecord = (objectType: ObjectType, record: LoadedRecord) => CrmRecord;

/**
 * The DataLoaders of one request. Each record and each page of associations is read once, and loads of the
 * same turn are read together. A record is `null` when it does not exist.
 */
export class RequestLoaders {
  readonly #batchers: Batchers;
  readonly #request: RequestContext;
  readonly #toCrmRecord: ToCrmRecord;
  readonly #records = new Map<string, RecordLoader>();
  readonly #associations = new Map<string, AssociationLoader>();

  constructor(batchers: Batchers, request: RequestContext, toCrmRecord: ToCrmRecord) {
    this.#batchers = batchers;
    this.#request = request;
    this.#toCrmRecord = toCrmRecord;
  }

  /** The loader of records with these properties. */
  records(objectType: ObjectType, { properties, idProperty, associations = [] }: LoaderOptions): RecordLoader {
    const key = `${objectType}\n${idProperty ?? ''}\n${listKey(properties)}\n${listKey(associations)}`;
    const known = this.#records.get(key);
    if (known) return known;
    const batcher = this.#batchers.records(objectType, idProperty);
    const loader: RecordLoader = new DataLoader(
      (ids) =>
        resultsOf(ids, batcher.loadAll(ids, { properties, associations }, this.#request), (record) =>
          record ? this.#toCrmRecord(objectType, record) : null,
        ),
      // One batch per HubSpot call, so that the limit on calls fails only the records of later calls.
      { maxBatchSize: MAX_BATCH },
    );
    this.#records.set(key, loader);
    return loader;
  }

  /** The loader of pages of associations between two object types. */
  associations(from: ObjectType, to: ObjectType): AssociationLoader {
    const key = `${from}\n${to}`;
    const known = this.#associations.get(key);
    if (known) return known;
    const batcher = this.#batchers.associations(from, to);
    const loader: AssociationLoader = new DataLoader(
      (inputs) => resultsOf(inputs, batcher.loadAll(inputs, this.#request), (page) => page),
      { maxBatchSize: MAX_ASSOCIATION_INPUTS, cacheKeyFn: ({ id, after }) => `${id}\n${after ?? ''}` },
    );
    this.#associations.set(key, loader);
    return loader;
  }

  /** Forgets all that was read. */
  clear(): void {
    this.#records.clear();
    this.#associations.clear();
  }
}

/**
 * The result of each input, or its error. Never rejects, since DataLoader does not cache the errors of a rejected batch:
 * the next load of the same record would be another call.
 */
function resultsOf<I, O, R>(
  inputs: readonly I[],
  read: Promise<Answer<I, O>>,
  toResult: (answer: O) => R,
): Promise<(R | Error)[]> {
  return read.then(
    (answer) => inputs.map((input) => resultOf(input, answer, toResult)),
    (error: Error) => inputs.map(() => error), // Batchers reject with errors.
  );
}

function resultOf<I, O, R>(input: I, answer: Answer<I, O>, toResult: (answer: O) => R): R | Error {
  try {
    return toResult(answer(input));
  } catch (error) {
    return error as Error; // As above.
  }
}

const listKeys = new WeakMap<readonly string[], string>();

/** Lists come from cached query plans, so each list object is joined once. */
function listKey(list: readonly string[]): string {
  const known = listKeys.get(list);
  if (known !== undefined) return known;
  const key = list.join();
  listKeys.set(list, key);
  return key;
}

/** Compares lists of names, such as the properties of two selections. */
export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || listKey(one) === listKey(other);
}
