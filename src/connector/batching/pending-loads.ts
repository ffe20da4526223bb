import { FairQueue, type RoundRobinKey } from '../../lib/fair-queue.ts';
import type { RequestContext } from '../request-context.ts';
import type { BatchInput, Load, PendingInput } from './load.ts';

/** Loads that wait for dispatch. Their inputs are joined by key. Viewers alternate, and interactive loads come first. */
export class PendingLoads<I extends BatchInput, O> {
  /** By key; the longest wait first. */
  readonly #byKey = new Map<string, PendingInput<I, O>[]>();
  /** With the number of their pending inputs. */
  readonly #loads = new Map<Load<I, O>, number>();
  readonly #queue = new FairQueue<Load<I, O>>();
  #interactive = 0;

  /** Number of inputs that a call would need for all pending loads. */
  get inputs(): number {
    return this.#byKey.size;
  }

  get hasInteractive(): boolean {
    return this.#interactive > 0;
  }

  /** The request whose load has waited longest. */
  get first(): RequestContext | undefined {
    for (const { request } of this.#loads.keys()) return request;
    return undefined;
  }

  /** Deadline of the load that has waited longest, on the monotonic clock. */
  get deadlineAt(): number {
    return this.first?.callContext.deadlineAt ?? Number.POSITIVE_INFINITY;
  }

  add(load: Load<I, O>): void {
    for (const pending of load.inputs) {
      const others = this.#byKey.get(pending.key);
      if (others) others.push(pending);
      else this.#byKey.set(pending.key, [pending]);
    }
    this.#loads.set(load, load.inputs.length);
    if (load.request.callContext.priority === 'interactive') this.#interactive += 1;
    this.#queue.push(load, roundRobinKeyOf(load));
  }

  /** Removes the pending inputs of one load, if any. */
  remove(load: Load<I, O>): void {
    if (!this.#loads.has(load)) return;
    for (const pending of load.inputs) {
      if (!pending.isPending) continue;
      pending.isPending = false;
      const others = this.#byKey.get(pending.key)?.filter((other) => other !== pending) ?? [];
      if (others.length > 0) this.#byKey.set(pending.key, others);
      else this.#byKey.delete(pending.key);
    }
    this.#delete(load);
  }

  /** Removes and returns the loads whose deadline is not after `until`. */
  removeDue(until: number): Load<I, O>[] {
    const due = [...this.#loads.keys()].filter(({ request }) => request.callContext.deadlineAt <= until);
    for (const load of due) this.remove(load);
    return due;
  }

  /**
   * Removes and returns up to `max` inputs for one call, each for all loads that need it. Loads that `accept` refuses are
   * removed, and are not in the result. Two different inputs for one record cannot share a call, because the answer
   * identifies only the record. The second input stays.
   */
  take(max: number, accept: (load: Load<I, O>) => boolean): PendingInput<I, O>[] {
    const taken: PendingInput<I, O>[] = [];
    const skipped: Load<I, O>[] = [];
    const ids = new Set<string>();
    while (ids.size < max) {
      const load = this.#queue.shift();
      if (!load) break;
      let wasServed = false;
      for (const { isPending, input, key } of load.inputs) {
        if (!isPending || ids.has(input.id)) continue;
        wasServed = true;
        if (this.#takeJoined(key, accept, taken)) ids.add(input.id);
        // The only load in the queue need not alternate with others.
        if (this.#queue.size > 0 || ids.size === max || !this.#loads.has(load)) break;
      }
      if (!wasServed) skipped.push(load);
      else if (this.#loads.has(load)) this.#queue.requeue(load, roundRobinKeyOf(load));
    }
    for (const load of skipped.reverse()) this.#queue.requeue(load, roundRobinKeyOf(load));
    return taken;
  }

  /** False when no load with this key was accepted. */
  #takeJoined(key: string, accept: (load: Load<I, O>) => boolean, taken: PendingInput<I, O>[]): boolean {
    const before = taken.length;
    const joined = this.#byKey.get(key) ?? [];
    this.#byKey.delete(key);
    for (const pending of joined) {
      const { load } = pending;
      pending.isPending = false;
      const waiting = this.#loads.get(load);
      // A load can contain a key more than once; the first refusal has removed it.
      if (waiting === undefined) continue;
      this.#loads.set(load, waiting - 1);
      const isAccepted = accept(load);
      if (isAccepted) taken.push(pending);
      if (waiting === 1) this.#delete(load);
      else if (!isAccepted) this.remove(load);
    }
    return taken.length > before;
  }

  #delete(load: Load<I, O>): void {
    this.#loads.delete(load);
    this.#queue.remove(load);
    if (load.request.callContext.priority === 'interactive') this.#interactive -= 1;
  }
}

function roundRobinKeyOf({ request: { callContext } }: { readonly request: RequestContext }): RoundRobinKey {
  return { key: callContext.fairnessKey, priority: callContext.priority };
}
