import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Gives each caller a turn of the event loop of its own, in the order of the calls. Callers that each use `setImmediate`
 * would all run in the same turn, and nothing else would run until the last of them is done.
 */
export class EventLoopTurns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when the caller's turn begins. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => nextTurn());
    return this.#last;
  }
}
