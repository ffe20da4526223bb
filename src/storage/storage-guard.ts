import { StorageUnavailableError, storageFailure } from './storage-failure.ts';

/** Called for each statement, with `undefined` after an answer. */
export type StorageListener = (failure: StorageUnavailableError | undefined) => void;

/** The boundary to the drivers. It converts their failures to StorageUnavailableError, and reports them to listeners. */
export class StorageGuard {
  readonly #listeners = new Set<StorageListener>();

  watch(listener: StorageListener): void {
    this.#listeners.add(listener);
  }

  /** @throws StorageUnavailableError */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#notify(undefined);
      return result;
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** The error that callers of the storage see. */
  failure(error: unknown): unknown {
    const failure = storageFailure(error);
    if (failure instanceof StorageUnavailableError) this.#notify(failure);
    return failure;
  }

  #notify(failure: StorageUnavailableError | undefined): void {
    for (const listener of this.#listeners) listener(failure);
  }
}
