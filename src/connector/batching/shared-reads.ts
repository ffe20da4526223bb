import type { HubspotApi } from '../../hubspot/client.ts';
import type { Budget } from '../../hubspot/rate-limit.ts';
import type { RequestContext } from '../request-context.ts';
import { type BatchContext, type BatchKind, BatchQueue } from './batch-queue.ts';

/** One way to ask, and what it is asked with. */
interface Read<T> {
  /** What is asked, spelt out: reads of one id are the same. */
  readonly id: string;
  readonly ask: (api: HubspotApi) => Promise<T>;
}

/**
 * Reads that many may want at the same time and that name no records: pages of lists and of searches. An idle portal is
 * asked at once; whoever wants the same while a call for it waits or flies shares the next one.
 */
export class SharedReads<T> {
  readonly #context: BatchContext;
  readonly #name: string;
  readonly #budget: Budget;
  /** For what is being read now. */
  readonly #queues = new Map<string, BatchQueue<Read<T>, T>>();

  constructor(context: BatchContext, name: string, budget: Budget) {
    this.#context = context;
    this.#name = name;
    this.#budget = budget;
  }

  /** `key` says all that `ask` asks for. */
  read(key: string, ask: Read<T>['ask'], request: RequestContext): Promise<T> {
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = this.#queueOf(key);
      this.#queues.set(key, queue);
    }
    return queue.load({ id: key, ask }, request);
  }

  #queueOf(key: string): BatchQueue<Read<T>, T> {
    const kind: BatchKind<Read<T>, T> = {
      name: `${this.#name} ${key}`,
      budget: this.#budget,
      // All want one thing: no call is ever full, and the next one waits for the one that flies.
      maxInputs: Number.POSITIVE_INFINITY,
      isShared: true,
      keyOf: ({ id }) => id,
      async read(api, [first]) {
        if (!first) throw new TypeError('nothing to read');
        const answer = await first.ask(api);
        return () => answer;
      },
    };
    const queue = new BatchQueue(kind, this.#context, () => {
      // One that is told of an end once more may have a successor.
      if (this.#queues.get(key) === queue) this.#queues.delete(key);
    });
    return queue;
  }
}
