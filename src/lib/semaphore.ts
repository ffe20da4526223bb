/** Interactive work gets a free permit before background work. */
export type Priority = 'interactive' | 'background';

/** Limits concurrent work. Waiting interactive work runs before waiting background work, each in order. */
export class Semaphore {
  readonly #waiting: Record<Priority, (() => void)[]> = { interactive: [], background: [] };
  #permits: number;

  constructor(permits: number) {
    this.#permits = permits;
  }

  /** The number of tasks that wait for a permit. */
  waiting(priority: Priority): number {
    return this.#waiting[priority].length;
  }

  async run<T>(priority: Priority, work: () => Promise<T>): Promise<T> {
    if (this.#permits > 0) this.#permits -= 1;
    else await new Promise<void>((resolve) => this.#waiting[priority].push(resolve));
    try {
      return await work();
    } finally {
      // The permit passes to the next task directly, so that new work cannot overtake it.
      const next = this.#waiting.interactive.shift() ?? this.#waiting.background.shift();
      if (next) next();
      else this.#permits += 1;
    }
  }
}
