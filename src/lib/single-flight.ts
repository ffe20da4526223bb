/**
 * Runs work once per key at the same time: the first caller starts it, and further callers receive the same promise until
 * it settles.
 */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** The number of keys with work in flight. */
  get size(): number {
    return this.#running.size;
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running) return running;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }

  /** Resolves when all work that is in flight now has settled. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.values()]);
  }
}
