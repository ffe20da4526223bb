/** Interactive work gets a free slot before background work. */
export type Priority = 'interactive' | 'background';

/** Limits concurrent work. Waiting interactive work runs before waiting background work, each in order. */
export class Slots {
  readonly #size: number;
  #taken = 0;
  readonly #waiting: Record<Priority, (() => void)[]> = { interactive: [], background: [] };

  constructor(size: number) {
    this.#size = size;
  }

  /** The number of used slots. */
  get taken(): number {
    return this.#taken;
  }

  /** The number of tasks that wait for a slot. */
  waiting(priority: Priority): number {
    return this.#waiting[priority].length;
  }

  async run<T>(priority: Priority, work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#size) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting[priority].push(resolve));
    try {
      return await work();
    } finally {
      // The slot passes to the next task directly, so that new work cannot overtake it.
      const next = this.#waiting.interactive.shift() ?? this.#waiting.background.shift();
      if (next) next();
      else this.#taken -= 1;
    }
  }
}
