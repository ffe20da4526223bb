import type { GatewayError } from '../../errors.ts';
import { batchErrors } from '../batch-failures.ts';
import { HubspotError, NOT_UNDERSTOOD } from '../hubspot-error.ts';
import { field, resultsOf } from '../json.ts';
import { failureOf } from '../partial-failure.ts';
import { withUnknownOutcome } from '../unknown-outcome.ts';
import { type HubspotRecord, isRecord } from './objects.ts';
import type { NewAssociation, PropertyValues, WrittenRecord } from './record-writes.ts';
import { parseWarnings } from './write-warnings.ts';

/** One record to write. */
export interface BatchInput {
  /** Unique in the batch. HubSpot repeats it in the result or the error of the input. */
  readonly traceId: string;
  /** A record id, or the value of `idProperty`. Absent for a new record. */
  readonly id?: string;
  readonly idProperty?: string;
  readonly properties: PropertyValues;
  readonly associations?: readonly NewAssociation[];
}

/** The result of one input of a batch. */
export type BatchResult = WrittenRecord | { readonly failure: GatewayError };

/**
 * Matches the results and errors in the answer of a batch with its inputs: by trace id, and where HubSpot repeats none, by
 * record id or by written values. HubSpot promises no order.
 * @throws HubspotError HUBSPOT_BAD_RESPONSE when the answer is not that of a batch
 */
export function batchResults(body: unknown, inputs: readonly BatchInput[]): (input: BatchInput) => BatchResult {
  const results = resultsOf(body);
  if (!results) throw notUnderstood();
  const matched = new Map<string, BatchResult>();
  const keep = (result: HubspotRecord, { traceId, id, idProperty, properties }: BatchInput) => {
    const [isNew, identity] = [
      field(result, 'new'),
      id !== undefined && idProperty !== undefined && { [idProperty]: id },
    ];
    matched.set(traceId, {
      record: result,
      isNew: typeof isNew === 'boolean' ? isNew : null,
      warnings: parseWarnings(result, { ...identity, ...properties }),
    });
  };
  const byTraceId = new Map(inputs.map((input) => [input.traceId, input]));
  const untraced: HubspotRecord[] = [];
  for (const result of results.filter(isRecord)) {
    const input = byTraceId.get(String(field(result, 'objectWriteTraceId')));
    if (input) keep(result, input);
    else untraced.push(result);
  }
  const others = failuresOf(body, inputs, matched);
  for (const record of untraced) {
    const left = inputs.filter(({ traceId }) => !matched.has(traceId));
    const input = ofRecord(record, left);
    if (input) keep(record, input);
  }
  return ({ traceId }) => matched.get(traceId) ?? { failure: others ?? notUnderstood() };
}

/** Adds the errors that name inputs to `matched`. Returns the error that concerns all other inputs without a result. */
function failuresOf(body: unknown, inputs: readonly BatchInput[], matched: Map<string, BatchResult>) {
  let unnamed: GatewayError | undefined;
  for (const error of batchErrors(body)) {
    const context = field(error, 'context');
    const [traceIds, ids] = [strings(field(context, 'objectWriteTraceId')), strings(field(context, 'ids'))];
    const named = inputs.filter(({ traceId, id }) =>
      traceIds.length > 0 ? traceIds.includes(traceId) : id !== undefined && ids.includes(id),
    );
    const failure = withUnknownOutcome(failureOf(error));
    if (named.length === 0) unnamed ??= failure;
    for (const { traceId } of named) if (!matched.has(traceId)) matched.set(traceId, { failure });
  }
  return unnamed;
}

/** The input of a result without a trace id: the one with this record's id, or the one most of whose values it has. */
function ofRecord(record: HubspotRecord, inputs: readonly BatchInput[]): BatchInput | undefined {
  const byId = inputs.find((input) => input.id !== undefined && nameOf(record, input) === input.id.toLowerCase());
  const [first, second] = inputs;
  if (byId || second === undefined) return byId ?? first;
  const scores = inputs.map((input) => ({ input, score: equalValues(record, input) }));
  const most = Math.max(...scores.map(({ score }) => score));
  const [likely, ...rest] = scores.filter(({ score }) => score === most).map(({ input }) => input);
  const values = JSON.stringify(likely?.properties);
  return most > 0 && rest.every(({ properties }) => JSON.stringify(properties) === values) ? likely : undefined;
}

/** The record's id, or its value of the property that identifies the input. */
function nameOf({ id, properties }: HubspotRecord, { idProperty }: BatchInput): string | undefined {
  return idProperty === undefined ? id : properties[idProperty]?.toLowerCase();
}

function equalValues({ properties }: HubspotRecord, input: BatchInput): number {
  const values = Object.entries(input.properties);
  return values.filter(([name, value]) => properties[name]?.toLowerCase() === value.toLowerCase()).length;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The error for an answer that does not tell what HubSpot wrote. */
export function notUnderstood(): HubspotError {
  const message = 'HubSpot did not tell what it wrote.';
  return withUnknownOutcome(new HubspotError('HUBSPOT_BAD_RESPONSE', message, {}, NOT_UNDERSTOOD));
}
