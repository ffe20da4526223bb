import type { ObjectType } from '../../crm/objects.ts';
import type { GatewayError } from '../../errors.ts';
import type { BatchInput, BatchResult } from '../../hubspot/crm/batch-results.ts';
import { archiveBatch, type BatchVerb, writeBatch } from '../../hubspot/crm/batch-writes.ts';
import type { PropertyValues, UpsertTarget } from '../../hubspot/crm/record-writes.ts';
import type { RefusableInput } from '../../hubspot/crm/refused-inputs.ts';
import { HubspotError } from '../../hubspot/hubspot-error.ts';
import { HubspotRefusalError } from '../../hubspot/hubspot-refusal-error.ts';
import { type NewAssociatedRecord, newAssociations, UnknownLabelError } from './association-labels.ts';
import { writeEach } from './narrow-refusal.ts';
import type { BatchOutcome, FailedWrite, RefusedWrite, Written, WrittenPortal } from './outcome.ts';

export interface NewRecord {
  readonly properties: PropertyValues;
  readonly associatedRecords: readonly NewAssociatedRecord[];
}

export interface ChangedRecord {
  readonly id: string;
  readonly properties: PropertyValues;
}

export interface UpsertedRecord extends UpsertTarget {
  readonly properties: PropertyValues;
}

/** An input, or its outcome when it cannot be sent. */
type Prepared = BatchInput | { readonly outcome: BatchOutcome<Written> };

/**
 * Writes up to 100 records of one type in one call, and in more calls only when HubSpot refuses the whole call. The outcomes
 * are in the order of the inputs. No write is repeated that HubSpot may have executed. An error that prevents the whole
 * batch is thrown.
 */
export class BatchWrites {
  readonly #portal: WrittenPortal;

  constructor(portal: WrittenPortal) {
    this.#portal = portal;
  }

  async create(objectType: ObjectType, records: readonly NewRecord[]): Promise<readonly BatchOutcome<Written>[]> {
    const prepared = records.map((record, index) => this.#newRecord(objectType, record, String(index)));
    return this.#write(objectType, 'create', await Promise.all(prepared));
  }

  update(objectType: ObjectType, records: readonly ChangedRecord[]): Promise<readonly BatchOutcome<Written>[]> {
    const inputs = records.map(({ id, properties }, index) => ({ traceId: String(index), id, properties }));
    return this.#write(objectType, 'update', inputs);
  }

  upsert(objectType: ObjectType, records: readonly UpsertedRecord[]): Promise<readonly BatchOutcome<Written>[]> {
    const inputs = records.map(({ idProperty, idValue, properties }, index) => ({
      traceId: String(index),
      id: idValue,
      idProperty,
      properties,
    }));
    return this.#write(objectType, 'upsert', inputs);
  }

  /** `ids` has no duplicates. */
  archive(objectType: ObjectType, ids: readonly string[]): Promise<readonly BatchOutcome<void>[]> {
    const inputs = ids.map((id) => ({ traceId: id, properties: {} }));
    return this.#attempt(() =>
      writeEach<RefusableInput, void>(inputs, async (part) => {
        const traceIds = part.map(({ traceId }) => traceId);
        const failureOf = await archiveBatch(this.#portal.api, objectType, traceIds);
        return ({ traceId }) => {
          const failure = failureOf(traceId);
          return failure ? failed(failure) : { value: undefined };
        };
      }),
    );
  }

  async #newRecord(
    objectType: ObjectType,
    { properties, associatedRecords }: NewRecord,
    traceId: string,
  ): Promise<Prepared> {
    try {
      const associations = await newAssociations(this.#portal.metadata, objectType, associatedRecords);
      return { traceId, properties, associations };
    } catch (error) {
      if (error instanceof UnknownLabelError) return { outcome: { problems: [error.problem] } };
      throw error;
    }
  }

  async #write(
    objectType: ObjectType,
    verb: BatchVerb,
    prepared: readonly Prepared[],
  ): Promise<readonly BatchOutcome<Written>[]> {
    const { api, metadata } = this.#portal;
    const inputs = prepared.filter(isSendable);
    const outcomes = await this.#attempt(() =>
      writeEach<BatchInput, Written>(inputs, async (part) => {
        const resultOf = await writeBatch(api, objectType, verb, part);
        return (input) => this.#outcome(objectType, verb, resultOf(input));
      }),
    );
    for (const [index, outcome] of outcomes.entries()) {
      for (const problem of 'problems' in outcome ? outcome.problems : []) {
        if (problem.kind === 'invalid') metadata.learnFrom(objectType, problem, inputs[index]?.properties ?? {});
      }
    }
    const written = outcomes.values();
    return prepared.flatMap((input) => (isSendable(input) ? (written.next().value ?? []) : input.outcome));
  }

  #outcome(objectType: ObjectType, verb: BatchVerb, result: BatchResult): BatchOutcome<Written> {
    if ('failure' in result) return failed(result.failure);
    const isNew = verb === 'upsert' ? result.isNew : verb === 'create';
    return { value: { ...result, record: this.#portal.toCrmRecord(objectType, result.record), isNew } };
  }

  async #attempt<T>(write: () => Promise<readonly BatchOutcome<T>[]>): Promise<readonly BatchOutcome<T>[]> {
    this.#portal.invalidate();
    try {
      const outcomes = await write();
      const [first] = outcomes;
      const isPrevented = outcomes.every((outcome) => 'failure' in outcome && !outcome.isUnknown);
      if (isPrevented && first && 'failure' in first) throw first.failure;
      return outcomes;
    } finally {
      this.#portal.invalidate();
    }
  }
}

function isSendable(input: Prepared): input is BatchInput {
  return !('outcome' in input);
}

/** The outcome of an input that HubSpot answered with an error. */
function failed(failure: GatewayError): RefusedWrite | FailedWrite {
  if (failure instanceof HubspotRefusalError && failure.problems.length > 0) return { problems: failure.problems };
  return { failure, isUnknown: !(failure instanceof HubspotError) || failure.mayBeDone };
}
