import type { ErrorBody } from './answers.ts';

/** HubSpot's no: the answer to a request, or one of the errors of a batch. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  /** What only batches tell, beside the body's own context. */
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
