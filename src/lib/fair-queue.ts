import type { Priority } from './slots.ts';

/** On whose behalf something waits. */
export interface RoundRobinKey {
  readonly key: string;
  readonly priority: Priority;
}

/**
 * Interactive items before background ones; within a priority the keys take turns, and a key's own items come first
 * come first served: whoever asks for much waits behind itself, not in front of the others.
 */
export class FairQueue<T> {
  readonly #turns = new Map<T, RoundRobinKey>();
  /** Items by key. The first key is served next, and goes to the end when it was. */
  readonly #lanes: Readonly<Record<Priority, Map<string, T[]>>> = { interactive: new Map(), background: new Map() };
  readonly #sizes: Record<Priority, number> = { interactive: 0, background: 0 };

  get size(): number {
    return this.#turns.size;
  }

  has(item: T): boolean {
    return this.#turns.has(item);
  }

  /** @throws TypeError when the item waits already */
  push(item: T, turn: RoundRobinKey): void {
    if (this.#turns.has(item)) throw new TypeError('an item waits once');
    this.#turns.set(item, turn);
    this.#sizes[turn.priority] += 1;
    this.#lane(turn).push(item);
  }

  /** In front of the other items of its key: for one that had its turn and wants another. @throws as `push` does */
  requeue(item: T, turn: RoundRobinKey): void {
    this.push(item, turn);
    const lane = this.#lane(turn);
    lane.unshift(...lane.splice(-1));
  }

  #lane({ key, priority }: RoundRobinKey): T[] {
    const lanes = this.#lanes[priority];
    let lane = lanes.get(key);
    if (!lane) {
      lane = [];
      lanes.set(key, lane);
    }
    return lane;
  }

  /** Takes the item that is served next. */
  shift(): T | undefined {
    const lanes = this.#sizes.interactive > 0 ? this.#lanes.interactive : this.#lanes.background;
    for (const [key, lane] of lanes) {
      const [item] = lane;
      if (item === undefined) continue;
      this.remove(item);
      if (lanes.delete(key)) lanes.set(key, lane);
      return item;
    }
    return undefined;
  }

  /** False when the item does not wait. */
  remove(item: T): boolean {
    const turn = this.#turns.get(item);
    if (!turn) return false;
    this.#turns.delete(item);
    this.#sizes[turn.priority] -= 1;
    const lanes = this.#lanes[turn.priority];
    const lane = lanes.get(turn.key) ?? [];
    lane.splice(lane.indexOf(item), 1);
    if (lane.length === 0) lanes.delete(turn.key);
    return true;
  }

  /** How many that wait now would be served before a new item of `turn`. */
  ahead({ key, priority }: RoundRobinKey): number {
    const lanes = this.#lanes[priority];
    const own = lanes.get(key)?.length ?? 0;
    let before = priority === 'background' ? this.#sizes.interactive : 0;
    let rounds = own + 1;
    for (const [other, lane] of lanes) {
      // Keys behind this one in the rotation are a turn short.
      if (other === key) rounds = own;
      before += Math.min(lane.length, rounds);
    }
    return before;
  }

  /** All that wait, in the order in which they would be served. */
  *[Symbol.iterator](): Iterator<T> {
    for (const lanes of [this.#lanes.interactive, this.#lanes.background]) {
      const waiting = [...lanes.values()].map((lane) => [...lane]);
      const rounds = Math.max(0, ...waiting.map((lane) => lane.length));
      for (let round = 0; round < rounds; round += 1) {
        for (const lane of waiting) {
          const item = lane[round];
          if (item !== undefined) yield item;
        }
      }
    }
  }
}
