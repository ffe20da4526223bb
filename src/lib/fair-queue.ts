import type { Priority } from './semaphore.ts';

/** The key and the priority of a waiting item. */
export interface RoundRobinKey {
  readonly key: string;
  readonly priority: Priority;
}

/**
 * A queue that serves interactive items before background items. Within a priority it serves the keys round-robin, and
 * the items of one key in order. A key with many items therefore delays only its own items.
 */
export class FairQueue<T> {
  readonly #keys = new Map<T, RoundRobinKey>();
  /** Items by key. The first key is served next, and then moves to the end. */
  readonly #lanes: Readonly<Record<Priority, Map<string, T[]>>> = { interactive: new Map(), background: new Map() };
  readonly #sizes: Record<Priority, number> = { interactive: 0, background: 0 };

  get size(): number {
    return this.#keys.size;
  }

  has(item: T): boolean {
    return this.#keys.has(item);
  }

  /** @throws TypeError when the item is already in the queue */
  push(item: T, key: RoundRobinKey): void {
    if (this.#keys.has(item)) throw new TypeError('an item waits once');
    this.#keys.set(item, key);
    this.#sizes[key.priority] += 1;
    this.#lane(key).push(item);
  }

  /** Adds an item that was served before, in front of the other items of its key. @throws TypeError like `push` */
  requeue(item: T, key: RoundRobinKey): void {
    this.push(item, key);
    const lane = this.#lane(key);
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

  /** Removes and returns the next item. */
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

  /** False when the item is not in the queue. */
  remove(item: T): boolean {
    const entry = this.#keys.get(item);
    if (!entry) return false;
    this.#keys.delete(item);
    this.#sizes[entry.priority] -= 1;
    const lanes = this.#lanes[entry.priority];
    const lane = lanes.get(entry.key) ?? [];
    lane.splice(lane.indexOf(item), 1);
    if (lane.length === 0) lanes.delete(entry.key);
    return true;
  }

  /** The number of items in the queue that would be served before a new item of this key. */
  ahead({ key, priority }: RoundRobinKey): number {
    const lanes = this.#lanes[priority];
    const queued = lanes.get(key)?.length ?? 0;
    let before = priority === 'background' ? this.#sizes.interactive : 0;
    let rounds = queued + 1;
    for (const [other, lane] of lanes) {
      // Keys behind this one in the rotation are served once less.
      if (other === key) rounds = queued;
      before += Math.min(lane.length, rounds);
    }
    return before;
  }

  /** All items in the order in which they would be served. */
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
