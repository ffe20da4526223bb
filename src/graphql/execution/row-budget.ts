import { GatewayError } from '../../errors.ts';
import type { EventLoopTurns } from '../../lib/event-loop-turns.ts';
import type { PromiseOrValue } from '../../lib/promise-or-value.ts';

/** Rows that are created in one turn of the event loop, which takes up to 20 ms. Other requests run in between. */
const ROWS_PER_TURN = 500;

/** Counts the rows of one operation, and limits them. */
export class RowBudget {
  readonly limit: number;
  /** All operations share it: large answers of different operations are not created in the same turn. */
  readonly #turns: EventLoopTurns;
  #rows = 0;
  #usedTurns = 0;
  #turn: Promise<void> | undefined;

  constructor(limit: number, turns: EventLoopTurns) {
    this.limit = limit;
    this.#turns = turns;
  }

  /**
   * Counts rows before they are created. Returns a promise of their turn of the event loop, or `undefined` when they may
   * be created at once.
   * @throws GatewayError BAD_USER_INPUT when the operation has more rows than the limit
   */
  charge(rows: number): PromiseOrValue<void> {
    this.#rows += rows;
    if (this.#rows > this.limit) throw tooManyRows(this.#rows, this.limit);
    const turns = Math.floor(this.#rows / ROWS_PER_TURN);
    if (turns > this.#usedTurns) {
      this.#usedTurns = turns;
      this.#turn = this.#turns.next();
    }
    return this.#turn;
  }

  /** Returns the result of the operation. Serialization of a large result starts in a turn of its own. */
  inTurn<T>(result: T): PromiseOrValue<T> {
    return this.#usedTurns > 0 ? this.#turns.next().then(() => result) : result;
  }
}

/** The error for an operation whose answer would have `rows` rows. */
export function tooManyRows(rows: number, limit: number): GatewayError<'BAD_USER_INPUT'> {
  const count = Number.isFinite(rows) ? `${rows}` : 'any number of';
  return new GatewayError(
    'BAD_USER_INPUT',
    `The operation may answer with ${count} rows, and this gateway answers with ${limit} at most: ask for smaller pages.`,
    { argument: 'first' },
  );
}
