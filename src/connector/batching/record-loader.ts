import { MAX_BATCH } from '../../hubspot/crm/objects.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';

/** Answers each of the ids that were read, or throws what failed for it alone. */
export type ReadAnswer<T> = (id: string) => T | null;

/** What became of reading one record. */
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
 * Records of one type with the same properties, as one request reads them: each is asked for once, and what is wanted
 * in the same moment is asked for together. What is there is handed out at once, without a promise for each: a list has
 * hundreds of associated records.
 */
export class RecordLoader<T extends object> {
  readonly #read: (ids: readonly string[]) => Promise<ReadAnswer<T>>;
  readonly #records = new Map<string, T | null | Failure | Promise<void>>();
  /** What the next call will ask for. */
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

  /** Nothing when the record is known to be absent; else when it will be there. */
  #enqueue(id: string): Promise<void> | null {
    if (this.#records.has(id)) return null;
    // As many as one call reads: when a limit ends in the middle, what was read before it is there.
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
    // Whoever is told of one failure does not wait to hear of the others.
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
