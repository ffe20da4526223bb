import { FairQueue } from '../lib/fair-queue.ts';
import type { BatchInput, Load } from './load.ts';
import type { Operation } from './operation.ts';

/** Loads that have not left yet: joined by key, and taken in turns between viewers, interactive ones first. */
export class WaitingLoads<I extends BatchInput, O> {
  /** By key; whoever waits longest comes first. */
  readonly #joined = new Map<string, Set<Load<I, O>>>();
  readonly #turns = new FairQueue<Load<I, O>>();
  #interactive = 0;

  /** How many inputs of a call these are. */
  get inputs(): number {
    return this.#joined.size;
  }

  get hasInteractive(): boolean {
    return this.#interactive > 0;
  }

  /** Whose load waits longest. */
  get first(): Operation | undefined {
    for (const loads of this.#joined.values()) {
      for (const { operation } of loads) return operation;
    }
    return undefined;
  }

  /** Of the load that waits longest, on the monotonic clock. */
  get deadlineAt(): number {
    return this.first?.origin.deadlineAt ?? Number.POSITIVE_INFINITY;
  }

  add(load: Load<I, O>): void {
    const loads = this.#joined.get(load.key);
    if (loads) loads.add(load);
    else this.#joined.set(load.key, new Set([load]));
    if (load.operation.origin.priority === 'interactive') this.#interactive += 1;
    this.#queue(load);
  }

  /** Takes out one load; nothing happens when it left before. */
  remove(load: Load<I, O>): void {
    const loads = this.#joined.get(load.key);
    if (!loads?.delete(load)) return;
    if (loads.size === 0) this.#joined.delete(load.key);
    this.#leave(load);
  }

  /** Takes out the loads whose deadline is not after `until`. */
  removeDue(until: number): Load<I, O>[] {
    const due = [...this.#joined.values()]
      .flatMap((loads) => [...loads])
      .filter(({ operation }) => operation.origin.deadlineAt <= until);
    for (const load of due) this.remove(load);
    return due;
  }

  /**
   * Takes out the loads of up to `max` inputs for one call; those that `accept` turns down are no part of it. Two inputs
   * about one record cannot be in one call, as its answer names the record alone: the other one stays.
   */
  take(max: number, accept: (load: Load<I, O>) => boolean): Load<I, O>[] {
    const taken: Load<I, O>[] = [];
    const passedOver: Load<I, O>[] = [];
    const ids = new Set<string>();
    while (ids.size < max) {
      const next = this.#turns.shift();
      if (!next) break;
      const { id } = next.input;
      if (ids.has(id)) passedOver.push(next);
      else if (this.#takeJoined(next.key, accept, taken)) ids.add(id);
    }
    for (const load of passedOver) this.#queue(load);
    return taken;
  }

  /** False when nobody is left who wants it. */
  #takeJoined(key: string, accept: (load: Load<I, O>) => boolean, taken: Load<I, O>[]): boolean {
    const before = taken.length;
    for (const load of this.#joined.get(key) ?? []) {
      this.#leave(load);
      if (accept(load)) taken.push(load);
    }
    this.#joined.delete(key);
    return taken.length > before;
  }

  #queue(load: Load<I, O>): void {
    const { viewerKey, priority } = load.operation.origin;
    this.#turns.push(load, { key: viewerKey, priority });
  }

  #leave(load: Load<I, O>): void {
    this.#turns.remove(load);
    if (load.operation.origin.priority === 'interactive') this.#interactive -= 1;
  }
}
