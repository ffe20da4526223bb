import type { ObjectType } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';
import { type HubspotRecord, MAX_BATCH } from '../../hubspot/crm/objects.ts';
import type { Cancellation } from '../../lib/cancellation.ts';
import type { CachedRecords } from '../record-cache.ts';
import type { RequestContext } from '../request-context.ts';
import { type BatchContext, BatchQueue } from './batch-queue.ts';
import { type Answer, settled } from './load.ts';
import { recordNaming } from './record-names.ts';
import {
  type LoadedRecord,
  pick,
  type ReadMode,
  type RecordInput,
  type RecordSource,
  readRecords,
} from './record-reads.ts';

type Records = BatchQueue<RecordInput, LoadedRecord | null>;
type RecordAnswer = Answer<RecordInput, LoadedRecord | null>;

/** Single reads per load. They are rare, since HubSpot's answers contain the former names of records. */
const MAX_SINGLE_READS = 10;

/**
 * Joins the loads of one object type into batch reads of up to 100 records; absent records are `null`. A single record is
 * read together with its associations. With `idProperty`, that unique property identifies the records instead of their
 * ids. A record that HubSpot finds under a former name answers that name.
 */
export class RecordBatcher {
  readonly #source: RecordSource;
  readonly #grant: Cancellation;
  readonly #batched: Records;
  readonly #byFormerNames: Records;
  readonly #single: Records;
  /** Inputs that the last call did not resolve. */
  readonly #unresolved = new WeakSet<RecordInput>();

  /** With `cached`, the batcher stores the records that it reads, and does not read known records again. */
  constructor(context: BatchContext, objectType: ObjectType, idProperty?: string, cached?: CachedRecords) {
    this.#source = { objectType, idProperty, naming: recordNaming(objectType, idProperty), cached };
    this.#grant = context.grant;
    const name = idProperty === undefined ? objectType : `${objectType} by ${idProperty}`;
    this.#batched = this.#queue(context, name, MAX_BATCH, 'batch');
    this.#byFormerNames = this.#queue(context, `${name}, by former names`, MAX_BATCH, 'by former names');
    this.#single = this.#queue(context, `${name}, single`, 1, 'single');
  }

  #queue(context: BatchContext, name: string, maxInputs: number, mode: ReadMode): Records {
    return new BatchQueue(
      {
        name,
        budget: 'general',
        maxInputs,
        keyOf: ({ id }) => id,
        read: async (api, inputs) => {
          const { answer, unresolved } = await readRecords(api, this.#source, inputs, mode);
          for (const input of unresolved) this.#unresolved.add(input);
          return answer;
        },
      },
      context,
    );
  }

  /** The record has only the requested properties, even if the call is shared with other requests. */
  async load({ id, ...selection }: RecordInput, request: RequestContext): Promise<LoadedRecord | null> {
    const answer = await this.loadAll([id], selection, request);
    return answer(id);
  }

  /** The function that it resolves with returns the record of each of `ids`, or throws the error of that id. */
  async loadAll(
    ids: readonly string[],
    selection: Omit<RecordInput, 'id'>,
    request: RequestContext,
  ): Promise<(id: string) => LoadedRecord | null> {
    if (this.#grant.reason) throw this.#grant.reason;
    const known = this.#known(ids, selection.properties);
    const inputs = new Map<string, RecordInput>();
    for (const id of ids) {
      if (!known?.has(id)) inputs.set(id, { ...selection, id: this.#source.naming.normalise(id) });
    }
    const answer = inputs.size > 0 ? await this.#read([...inputs.values()], request) : undefined;
    return (id) => {
      const input = inputs.get(id);
      return input && answer ? answer(input) : (known?.get(id) ?? null);
    };
  }

  /**
   * Reads the inputs that the batch did not resolve again, for this request only. Several inputs are read in a batch by
   * former names. A single input, and inputs that are still unresolved then, are read in calls of their own.
   */
  async #read(inputs: readonly RecordInput[], request: RequestContext): Promise<RecordAnswer> {
    const answer = await this.#batched.loadAll(inputs, request);
    let unresolved = this.#takeUnresolved(inputs);
    if (unresolved.length === 0) return answer;
    const laterAnswers = new Map<RecordInput, RecordAnswer>();
    if (unresolved.length > 1) {
      const batchAnswer = await settled(this.#byFormerNames.loadAll(unresolved, request));
      for (const input of unresolved) laterAnswers.set(input, batchAnswer);
      unresolved = this.#takeUnresolved(unresolved);
    }
    const singles = unresolved.slice(0, MAX_SINGLE_READS);
    const answers = await Promise.all(singles.map((input) => settled(this.#single.loadAll([input], request))));
    for (const [index, input] of unresolved.entries()) laterAnswers.set(input, answers[index] ?? unanswered);
    return (input) => (laterAnswers.get(input) ?? answer)(input);
  }

  #takeUnresolved(inputs: readonly RecordInput[]): readonly RecordInput[] {
    return inputs.filter((input) => this.#unresolved.delete(input));
  }

  /** Cached records, by id only: the value of a unique property can have moved to another record. */
  #known(ids: readonly string[], properties: readonly string[]): Map<string, HubspotRecord> | undefined {
    const { cached, idProperty } = this.#source;
    if (!cached || idProperty !== undefined) return undefined;
    const known = new Map<string, HubspotRecord>();
    for (const id of ids) {
      const record = cached.find(id, properties);
      if (record) known.set(id, { ...record, properties: pick(record.properties, properties) });
    }
    return known;
  }
}

function unanswered(): never {
  const message =
    'HubSpot answered with other record ids or unique values than requested: request fewer records at once.';
  throw new GatewayError('HUBSPOT_BAD_RESPONSE', message, {});
}
