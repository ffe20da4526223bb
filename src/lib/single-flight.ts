/**
 * Joins concurrent work of one key: the first caller starts it, everybody else gets the same promise.
 * Nothing is remembered once it has settled.
 */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** How many keys are being worked on. */
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

  /** Resolves when everything running now has settled, whatever its outcome. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.values()]);
  }
}
