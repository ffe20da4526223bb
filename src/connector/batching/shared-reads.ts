import type { HubspotApi } from '../../hubspot/client.ts';
import type { Budget } from '../../hubspot/rate-limit.ts';
import type { RequestContext } from '../request-context.ts';
import { type BatchContext, type BatchKind, BatchQueue } from './batch-queue.ts';

interface Read<T> {
  /** Describes the whole read: reads with the same id are equal. */
  readonly id: string;
  readonly send: (api: HubspotApi) => Promise<T>;
}

/**
 * Shares equal reads of pages of lists and searches. A read is dispatched at once when no equal call is in flight. Requests
 * that need the same page while such a call waits or is in flight share the next call.
 */
export class SharedReads<T> {
  readonly #context: BatchContext;
  readonly #name: string;
  readonly #budget: Budget;
  /** By the key of the read, while it has loads or calls. */
  readonly #queues = new Map<string, BatchQueue<Read<T>, T>>();

  constructor(context: BatchContext, name: string, budget: Budget) {
    this.#context = context;
    this.#name = name;
    this.#budget = budget;
  }

  /** `key` must describe all that `send` reads. */
  read(key: string, send: Read<T>['send'], request: RequestContext): Promise<T> {
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = this.#queueOf(key);
      this.#queues.set(key, queue);
    }
    return queue.load({ id: key, send }, request);
  }

  #queueOf(key: string): BatchQueue<Read<T>, T> {
    const kind: BatchKind<Read<T>, T> = {
      name: `${this.#name} ${key}`,
      budget: this.#budget,
      // All inputs are equal, so a call is never full, and the next one waits for the call in flight.
      maxInputs: Number.POSITIVE_INFINITY,
      isShared: true,
      keyOf: ({ id }) => id,
      async read(api, [first]) {
        if (!first) throw new TypeError('nothing to read');
        const answer = await first.send(api);
        return () => answer;
      },
    };
    const queue = new BatchQueue(kind, this.#context, () => {
      // A queue can become idle again after a new one has replaced it.
      if (this.#queues.get(key) === queue) this.#queues.delete(key);
    });
    return queue;
  }
}
