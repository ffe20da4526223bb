import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError } from '../../errors.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';

/** So many rows are made in one turn of the event loop, which takes up to 20 ms; then other requests have theirs. */
const ROWS_PER_TURN = 500;

/** The rows that one operation may still answer with, counted as they are made. */
export class RowBudget {
  readonly limit: number;
  #rows = 0;
  #turns = 0;
  #turn: Promise<void> | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * Counts rows that are about to be made, and resolves when it is their turn: at once, for a small answer.
   * @throws GatewayError BAD_USER_INPUT when the operation has more rows than the limit
   */
  charge(rows: number): PromiseOrValue<void> {
    this.#rows += rows;
    if (this.#rows > this.limit) throw tooManyRows(this.#rows, this.limit);
    const turns = Math.floor(this.#rows / ROWS_PER_TURN);
    if (turns > this.#turns) {
      this.#turns = turns;
      this.#turn = (this.#turn ?? Promise.resolve()).then(() => nextTurn());
    }
    return this.#turn;
  }

  /** The result of the operation; where making it took turns, spelling it has one of its own. */
  inTurn<T>(result: T): PromiseOrValue<T> {
    return this.#turns > 0 ? nextTurn(result) : result;
  }
}

/** The refusal of an operation that would answer with `rows`. */
export function tooManyRows(rows: number, limit: number): GatewayError<'BAD_USER_INPUT'> {
  const most = Number.isFinite(rows) ? `${rows}` : 'any number of';
  return new GatewayError(
    'BAD_USER_INPUT',
    `The operation may answer with ${most} rows, and this gateway answers with ${limit} at most: ask for smaller pages.`,
    { argument: 'first' },
  );
}
