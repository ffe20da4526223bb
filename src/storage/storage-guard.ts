import { StorageUnavailableError, storageFailure } from './storage-failure.ts';

/** Told of every statement that the database answered, and of every one that it failed. */
export type StorageListener = (failure: StorageUnavailableError | undefined) => void;

/** The boundary to the drivers: behind it there are only answers, faults of ours, and StorageUnavailableError. */
export class StorageGuard {
  readonly #listeners = new Set<StorageListener>();

  watch(listener: StorageListener): void {
    this.#listeners.add(listener);
  }

  /** @throws StorageUnavailableError */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#tell(undefined);
      return result;
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** The error that callers of the storage see. */
  failure(error: unknown): unknown {
    const failure = storageFailure(error);
    if (failure instanceof StorageUnavailableError) this.#tell(failure);
    return failure;
  }

  #tell(failure: StorageUnavailableError | undefined): void {
    for (const listener of this.#listeners) listener(failure);
  }
}
