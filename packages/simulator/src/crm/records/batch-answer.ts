import { json } from '../../answers.ts';
import { instant } from '../../instant.ts';
import { Refusal } from '../../refusal.ts';
import type { Clock } from '../../time/clock.ts';
import type { ObjectTypeFacts } from '../object-types.ts';

/** An error in the answer of a batch. */
export type BatchError = Readonly<Record<string, unknown>> & { readonly status: 'error' };

export interface BatchOutcome {
  readonly results: readonly object[];
  readonly errors?: readonly BatchError[];
  /** The status when there are errors. */
  readonly partial?: number;
}

/** The answer of a batch. It has `status` when there are no errors. `startedAt` in epoch milliseconds. */
export function batchAnswer(
  status: number,
  { results, errors = [], partial = 207 }: BatchOutcome,
  clock: Clock,
  startedAt: number,
): Response {
  return json(errors.length > 0 ? partial : status, {
    status: 'COMPLETE',
    results,
    ...(errors.length > 0 && { numErrors: errors.length, errors }),
    startedAt: instant(startedAt),
    completedAt: instant(clock.now()),
  });
}

/** Processes each input separately. Refused inputs become errors with additional `context`. */
export function doEach<I>(
  inputs: readonly I[],
  act: (input: I) => readonly object[],
  context: (input: I) => Readonly<Record<string, readonly string[]>> = () => ({}),
): BatchOutcome & { readonly errors: readonly BatchError[] } {
  const results: object[] = [];
  const errors: BatchError[] = [];
  for (const input of inputs) {
    try {
      results.push(...act(input));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { category, message, errors: details, context: facts } = error.body;
      errors.push({
        status: 'error',
        category,
        message,
        errors: details,
        context: { ...context(input), ...error.batchContext, ...facts },
      });
    }
  }
  return { results, errors };
}

/** The error of a batch for unknown ids. */
export function unknownIds({ singular }: ObjectTypeFacts, ids: readonly string[]): BatchError {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `Could not get some ${singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
    context: { ids },
  };
}
