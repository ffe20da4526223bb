import { MAX_BATCH } from '../../hubspot/crm/objects.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';

/** Returns the record of one of the ids, or throws the error of that id. */
export type ReadAnswer<T> = (id: string) => T | null;

/** The failed read of one record. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

interface PendingBatch {
  readonly ids: string[];
  readonly done: Promise<void>;
}

/**
 * The records of one object type, with the same properties, for one request. Each record is read once, and loads of the
 * same microtask turn are read together. A record that is there is returned without a promise, since a list can have
 * hundreds of associated records.
 */
export class RecordLoader<T extends object> {
  readonly #read: (ids: readonly string[]) => Promise<ReadAnswer<T>>;
  readonly #records = new Map<string, T | null | Failure | Promise<void>>();
  /** The records of the next read. */
  #batch: PendingBatch | undefined;

  constructor(read: (ids: readonly string[]) => Promise<ReadAnswer<T>>) {
    this.#read = read;
  }

  /** `null` for a record that does not exist. */
  load(id: string): PromiseOrValue<T | null> {
    const record = this.#records.get(id) ?? this.#enqueue(id);
    if (record instanceof Promise) return record.then(() => this.load(id));
    if (record instanceof Failure) return Promise.reject(record.error);
    return record;
  }

  /** In the order of `ids`. Rejects when one of them failed. */
  loadMany(ids: readonly string[]): PromiseOrValue<readonly (T | null)[]> {
    const pending = new Set<Promise<void>>();
    const found: (T | null)[] = [];
    for (const id of ids) {
      const record = this.#records.get(id) ?? this.#enqueue(id);
      if (record instanceof Promise) pending.add(record);
      else if (record instanceof Failure) return Promise.reject(record.error);
      else found.push(record);
    }
    return pending.size === 0 ? found : Promise.all(pending).then(() => this.loadMany(ids));
  }

  /** `null` when the record is known to be absent; otherwise a promise that resolves when it is read. */
  #enqueue(id: string): Promise<void> | null {
    if (this.#records.has(id)) return null;
    // One read per HubSpot call, so that the limit on calls fails only the records of later calls.
    if (!this.#batch || this.#batch.ids.length === MAX_BATCH) this.#batch = this.#startBatch();
    const { ids, done } = this.#batch;
    ids.push(id);
    this.#records.set(id, done);
    return done;
  }

  #startBatch(): PendingBatch {
    const ids: string[] = [];
    const done = Promise.resolve().then(async () => {
      this.#batch = undefined;
      const answer = await this.#read(ids);
      for (const id of ids) this.#records.set(id, outcome(answer, id));
    });
    // `loadMany` rejects with the first failure and leaves the other promises without a handler.
    done.catch(() => {});
    return { ids, done };
  }
}

function outcome<T>(answer: ReadAnswer<T>, id: string): T | null | Failure {
  try {
    return answer(id);
  } catch (error) {
    return new Failure(error);
  }
}
