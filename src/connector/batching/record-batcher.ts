import type { ObjectType } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';
import { type HubspotRecord, MAX_BATCH } from '../../hubspot/crm/objects.ts';
import type { Cancellation } from '../../lib/cancellation.ts';
import type { CachedRecords } from '../record-cache.ts';
import type { RequestContext } from '../request-context.ts';
import { type BatchContext, BatchQueue } from './batch-queue.ts';
import type { Answer } from './load.ts';
import { recordNaming } from './record-names.ts';
import { type LoadedRecord, pick, type RecordInput, type RecordSource, readRecords, type Way } from './record-reads.ts';

type Records = BatchQueue<RecordInput, LoadedRecord | null>;
type RecordAnswer = Answer<RecordInput, LoadedRecord | null>;

/** HubSpot tells former names, so that nothing is left to be read one by one; if it is, so many in one load. */
const MAX_ALONE = 10;

/**
 * Joins the loads of one object type into batch reads of up to 100 records; absent records are `null`. One that is alone
 * brings its associated records along. With `idProperty`, records are named by that unique property instead of their ids. A
 * record that HubSpot finds under a former name is the answer for that name.
 */
export class RecordBatcher {
  readonly #source: RecordSource;
  readonly #grant: Cancellation;
  readonly #together: Records;
  readonly #byFormerNames: Records;
  readonly #alone: Records;
  /** Inputs that the last call left open. */
  readonly #open = new WeakSet<RecordInput>();

  /** With `cached`, what is read is kept, and what is known is not read again. */
  constructor(context: BatchContext, objectType: ObjectType, idProperty?: string, cached?: CachedRecords) {
    this.#source = { objectType, idProperty, naming: recordNaming(objectType, idProperty), cached };
    this.#grant = context.grant;
    const name = idProperty === undefined ? objectType : `${objectType} by ${idProperty}`;
    this.#together = this.#queue(context, name, MAX_BATCH, 'together');
    this.#byFormerNames = this.#queue(context, `${name}, by former names`, MAX_BATCH, 'by former names');
    this.#alone = this.#queue(context, `${name}, alone`, 1, 'alone');
  }

  #queue(context: BatchContext, name: string, maxInputs: number, way: Way): Records {
    return new BatchQueue(
      {
        name,
        budget: 'general',
        maxInputs,
        keyOf: ({ id }) => id,
        read: async (api, inputs) => {
          const { answer, open } = await readRecords(api, this.#source, inputs, way);
          for (const input of open) this.#open.add(input);
          return answer;
        },
      },
      context,
    );
  }

  /** The record with no other properties than those that were asked for here, whoever shares the call. */
  async load({ id, ...wanted }: RecordInput, request: RequestContext): Promise<LoadedRecord | null> {
    const answer = await this.loadAll([id], wanted, request);
    return answer(id);
  }

  /** Several at once. The function that it resolves with answers each of `ids`, or throws what failed for it alone. */
  async loadAll(
    ids: readonly string[],
    wanted: Omit<RecordInput, 'id'>,
    request: RequestContext,
  ): Promise<(id: string) => LoadedRecord | null> {
    if (this.#grant.reason) throw this.#grant.reason;
    const known = this.#known(ids, wanted.properties);
    const inputs = new Map<string, RecordInput>();
    for (const id of ids) {
      if (!known?.has(id)) inputs.set(id, { ...wanted, id: this.#source.naming.normalise(id) });
    }
    const answer = inputs.size > 0 ? await this.#read([...inputs.values()], request) : undefined;
    return (id) => {
      const input = inputs.get(id);
      return input && answer ? answer(input) : (known?.get(id) ?? null);
    };
  }

  /**
   * What a call leaves open for this operation is asked again, for this operation alone: several together by the names
   * that records had before, and what is the only one, or is open still, alone.
   */
  async #read(inputs: readonly RecordInput[], request: RequestContext): Promise<RecordAnswer> {
    const answer = await this.#together.loadAll(inputs, request);
    let open = this.#takeOpen(inputs);
    if (open.length === 0) return answer;
    const later = new Map<RecordInput, RecordAnswer>();
    if (open.length > 1) {
      const answered = await settled(this.#byFormerNames.loadAll(open, request));
      for (const input of open) later.set(input, answered);
      open = this.#takeOpen(open);
    }
    const alone = open.slice(0, MAX_ALONE);
    const answers = await Promise.all(alone.map((input) => settled(this.#alone.loadAll([input], request))));
    for (const [index, input] of open.entries()) later.set(input, answers[index] ?? unanswered);
    return (input) => (later.get(input) ?? answer)(input);
  }

  #takeOpen(inputs: readonly RecordInput[]): readonly RecordInput[] {
    return inputs.filter((input) => this.#open.delete(input));
  }

  /** By another property a record may be another one by now. */
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

/** An answer that throws when there is none: whatever else was asked for has its own. */
function settled(answer: Promise<RecordAnswer>): Promise<RecordAnswer> {
  return answer.catch((error: unknown) => () => {
    throw error;
  });
}

function unanswered(): never {
  const message =
    'HubSpot answered with records under other names than those that were asked for: ask for fewer at once.';
  throw new GatewayError('HUBSPOT_BAD_RESPONSE', message, {});
}
