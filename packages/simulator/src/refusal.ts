import type { ErrorBody } from './answers.ts';

/** An error answer of HubSpot to a request, or one error of a batch. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  /** Additional context in answers of batches. */
  readonly batchContext: ErrorBody['context'];

  constructor(status: number, body: ErrorBody, batchContext?: ErrorBody['context']) {
    super(body.message);
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
    this.batchContext = batchContext;
  }
}

export function invalid(message: string, context?: ErrorBody['context']): Refusal {
  return new Refusal(400, { message, ...(context && { context }), category: 'VALIDATION_ERROR' });
}
