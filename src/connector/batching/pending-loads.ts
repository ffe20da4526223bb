import { FairQueue, type RoundRobinKey } from '../../lib/fair-queue.ts';
import type { RequestContext } from '../request-context.ts';
import type { BatchInput, Load, PendingInput } from './load.ts';

/** Loads that have not left yet: joined by key, and taken in turns between viewers, interactive ones first. */
export class PendingLoads<I extends BatchInput, O> {
  /** By key; whoever waits longest comes first. */
  readonly #joined = new Map<string, PendingInput<I, O>[]>();
  /** With the number of their inputs that wait. */
  readonly #loads = new Map<Load<I, O>, number>();
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
  get first(): RequestContext | undefined {
    for (const { request } of this.#loads.keys()) return request;
    return undefined;
  }

  /** Of the load that waits longest, on the monotonic clock. */
  get deadlineAt(): number {
    return this.first?.callContext.deadlineAt ?? Number.POSITIVE_INFINITY;
  }

  add(load: Load<I, O>): void {
    for (const asked of load.inputs) {
      const others = this.#joined.get(asked.key);
      if (others) others.push(asked);
      else this.#joined.set(asked.key, [asked]);
    }
    this.#loads.set(load, load.inputs.length);
    if (load.request.callContext.priority === 'interactive') this.#interactive += 1;
    this.#turns.push(load, roundRobinKeyOf(load));
  }

  /** Takes out what waits of one load; nothing happens when all of it left before. */
  remove(load: Load<I, O>): void {
    if (!this.#loads.has(load)) return;
    for (const asked of load.inputs) {
      if (!asked.isPending) continue;
      asked.isPending = false;
      const others = this.#joined.get(asked.key)?.filter((other) => other !== asked) ?? [];
      if (others.length > 0) this.#joined.set(asked.key, others);
      else this.#joined.delete(asked.key);
    }
    this.#leave(load);
  }

  /** Takes out the loads whose deadline is not after `until`. */
  removeDue(until: number): Load<I, O>[] {
    const due = [...this.#loads.keys()].filter(({ request }) => request.callContext.deadlineAt <= until);
    for (const load of due) this.remove(load);
    return due;
  }

  /**
   * Takes out up to `max` inputs for one call, each for all loads that ask for it; those that `accept` turns down leave,
   * too, and are no part of it. Two inputs about one record cannot be in one call, as its answer names the record alone:
   * the other one stays.
   */
  take(max: number, accept: (load: Load<I, O>) => boolean): PendingInput<I, O>[] {
    const taken: PendingInput<I, O>[] = [];
    const skipped: Load<I, O>[] = [];
    const ids = new Set<string>();
    while (ids.size < max) {
      const load = this.#turns.shift();
      if (!load) break;
      let wasServed = false;
      for (const { isPending, input, key } of load.inputs) {
        if (!isPending || ids.has(input.id)) continue;
        wasServed = true;
        if (this.#takeJoined(key, accept, taken)) ids.add(input.id);
        // Who waits alone takes all turns at once.
        if (this.#turns.size > 0 || ids.size === max || !this.#loads.has(load)) break;
      }
      if (!wasServed) skipped.push(load);
      else if (this.#loads.has(load)) this.#turns.requeue(load, roundRobinKeyOf(load));
    }
    for (const load of skipped.reverse()) this.#turns.requeue(load, roundRobinKeyOf(load));
    return taken;
  }

  /** False when nobody is left who wants it. */
  #takeJoined(key: string, accept: (load: Load<I, O>) => boolean, taken: PendingInput<I, O>[]): boolean {
    const before = taken.length;
    const joined = this.#joined.get(key) ?? [];
    this.#joined.delete(key);
    for (const asked of joined) {
      const { load } = asked;
      asked.isPending = false;
      const waiting = this.#loads.get(load);
      // It asked for this more than once, and was turned down.
      if (waiting === undefined) continue;
      this.#loads.set(load, waiting - 1);
      const isAccepted = accept(load);
      if (isAccepted) taken.push(asked);
      if (waiting === 1) this.#leave(load);
      else if (!isAccepted) this.remove(load);
    }
    return taken.length > before;
  }

  #leave(load: Load<I, O>): void {
    this.#loads.delete(load);
    this.#turns.remove(load);
    if (load.request.callContext.priority === 'interactive') this.#interactive -= 1;
  }
}

function roundRobinKeyOf({ request: { callContext } }: { readonly request: RequestContext }): RoundRobinKey {
  return { key: callContext.fairnessKey, priority: callContext.priority };
}
