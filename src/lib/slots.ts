/** Who goes first when slots are scarce. */
export type Priority = 'interactive' | 'background';

/** Bounds concurrent work; interactive work overtakes background work that waits, each first come first served. */
export class Slots {
  readonly #size: number;
  #taken = 0;
  readonly #waiting: Record<Priority, (() => void)[]> = { interactive: [], background: [] };

  constructor(size: number) {
    this.#size = size;
  }

  /** How many are at work. */
  get taken(): number {
    return this.#taken;
  }

  /** How many wait for a slot. */
  waiting(priority: Priority): number {
    return this.#waiting[priority].length;
  }

  async run<T>(priority: Priority, work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#size) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting[priority].push(resolve));
    try {
      return await work();
    } finally {
      // The slot is handed on, not given back: nobody who comes in between can overtake.
      const next = this.#waiting.interactive.shift() ?? this.#waiting.background.shift();
      if (next) next();
      else this.#taken -= 1;
    }
  }
}
