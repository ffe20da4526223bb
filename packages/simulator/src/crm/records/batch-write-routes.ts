import { type Context, Hono } from 'hono';
import { json } from '../../answers.ts';
import { EMAIL_UPSERT_IS_WHOLE } from '../../assumptions.ts';
import { invalid } from '../../refusal.ts';
import type { World } from '../../world.ts';
import { batchInputs } from '../json-body.ts';
import type { CrmEnv } from '../session.ts';
import { type BatchOutcome, batchAnswer, doEach, unknownIds } from './batch-answer.ts';
import { archiveAll } from './record-rights.ts';
import type { StoredRecord } from './record-store.ts';
import { sensitiveFailure } from './record-view.ts';
import { commitAll, type PlannedWrite, planCreate, planUpdate } from './record-writes.ts';
import { archiveInput, createInput, type UpdateBatchInput, updateBatchInput } from './write-input.ts';
import { nonUnique, requireUnique, type WriteTarget, writeTarget } from './write-target.ts';

const BATCH = '/crm/objects/:version{(?:2026-0[39]|v3)}/:type/batch';
const MAX_INPUTS = 100;

/** Routes that write up to 100 records. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis */
export function batchWriteRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.post(`${BATCH}/create`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const inputs = await batchInputs(c, createInput, MAX_INPUTS);
    if (inputs instanceof Response) return inputs;
    const refused = sensitiveValues(c, target, inputs);
    if (refused) return refused;
    const startedAt = clock.now();
    return batchAnswer(
      201,
      write(target, inputs, (input) => planCreate(target, input)),
      clock,
      startedAt,
    );
  });

  routes.post(`${BATCH}/update`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const inputs = await batchInputs(c, updateBatchInput, MAX_INPUTS);
    if (inputs instanceof Response) return inputs;
    const refused = sensitiveValues(c, target, inputs);
    if (refused) return refused;
    requireDistinct(inputs);
    for (const { idProperty } of inputs) requireIdsOfContacts(target, idProperty);
    const startedAt = clock.now();
    const found = inputs.flatMap((input) => {
      const record = find(target, input);
      return record ? [{ ...input, record }] : [];
    });
    const missing = inputs.filter(({ id }) => !found.some((input) => input.id === id));
    const outcome = write(target, found, ({ record, properties }) => planUpdate(target, record, properties));
    return batchAnswer(200, withUnknown(target, outcome, missing), clock, startedAt);
  });

  routes.post(`${BATCH}/upsert`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const inputs = await batchInputs(c, updateBatchInput, MAX_INPUTS);
    if (inputs instanceof Response) return inputs;
    const refused = sensitiveValues(c, target, inputs);
    if (refused) return refused;
    requireDistinct(inputs);
    for (const { idProperty } of inputs) requireUnique(target, idProperty);
    const startedAt = clock.now();
    const byEmail = inputs.some(({ idProperty }) => idProperty === 'email');
    const whole = EMAIL_UPSERT_IS_WHOLE && target.type.name === 'contacts' && byEmail;
    const missing = inputs.filter((input) => input.idProperty === undefined && !find(target, input));
    const others = inputs.filter((input) => !missing.includes(input));
    const outcome = write(target, others, (input) => planUpsert(target, input), whole);
    return batchAnswer(200, withUnknown(target, outcome, missing), clock, startedAt);
  });

  routes.post(`${BATCH}/archive`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const inputs = await batchInputs(c, archiveInput, MAX_INPUTS);
    if (inputs instanceof Response) return inputs;
    archiveAll(
      target.portal,
      target.type.name,
      inputs.map(({ id }) => id),
    );
    return json(204, undefined);
  });

  return routes;
}

interface Traced {
  readonly objectWriteTraceId?: string | undefined;
}

/**
 * Performs all writes or none. When each input has a trace id, refused writes become errors with the trace id instead.
 * The order of the results differs from the order of the inputs, because HubSpot promises no order.
 * https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
 */
function write<I extends Traced>(
  { portal }: WriteTarget,
  inputs: readonly I[],
  plan: (input: I) => PlannedWrite,
  whole = false,
): BatchOutcome {
  const traced = (record: object, { objectWriteTraceId }: Traced) => ({
    ...record,
    ...(objectWriteTraceId !== undefined && { objectWriteTraceId }),
  });
  if (
    whole ||
    portal.refusesWholeBatches ||
    inputs.some(({ objectWriteTraceId }) => objectWriteTraceId === undefined)
  ) {
    const records = commitAll(portal, inputs.map(plan));
    return { results: records.map((record, index) => traced(record, inputs[index] ?? {})).reverse() };
  }
  const { results, errors } = doEach(
    inputs,
    (input) => commitAll(portal, [plan(input)]).map((record) => traced(record, input)),
    ({ objectWriteTraceId = '' }) => ({ objectWriteTraceId: [objectWriteTraceId] }),
  );
  return { results: results.toReversed(), errors };
}

function withUnknown(
  { type }: WriteTarget,
  { results, errors = [] }: BatchOutcome,
  missing: readonly UpdateBatchInput[],
): BatchOutcome {
  const ids = missing.map(({ id }) => id);
  return { results, errors: ids.length > 0 ? [...errors, unknownIds(type, ids)] : errors };
}

function planUpsert(target: WriteTarget, input: UpdateBatchInput): PlannedWrite {
  const { id, idProperty, properties } = input;
  const record = find(target, input);
  const identity = idProperty === undefined ? {} : { [idProperty]: id };
  const planned = record
    ? planUpdate(target, record, properties)
    : planCreate(target, { properties: { ...identity, ...properties } });
  return { ...planned, commit: () => ({ ...planned.commit(), new: !record }) };
}

/** Finds a record by its current id. Batches do not accept ids of merged records. */
function find({ portal, type }: WriteTarget, { id, idProperty }: UpdateBatchInput): StoredRecord | undefined {
  if (idProperty !== undefined) return portal.recordBy(type.name, idProperty, id);
  const record = portal.record(type.name, id);
  return record?.archivedAt === undefined ? record : undefined;
}

/** Throws HubSpot's error for a batch with a duplicate record. */
function requireDistinct(inputs: readonly UpdateBatchInput[]): void {
  const ids = inputs.map(({ id, idProperty }) => (idProperty === 'email' ? id.toLowerCase() : id));
  const repeated = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (repeated.length === 0) return;
  throw invalid(`Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`, { ids: repeated });
}

/** Batches update contacts only by their ids. https://developers.hubspot.com/docs/guides/api/crm/objects/contacts */
function requireIdsOfContacts(target: WriteTarget, idProperty: string | undefined): void {
  if (idProperty !== undefined && target.type.name === 'contacts') throw nonUnique(target.type, idProperty);
  requireUnique(target, idProperty);
}

function sensitiveValues(
  c: Context<CrmEnv>,
  { type }: WriteTarget,
  inputs: readonly { readonly properties: Readonly<Record<string, string>> }[],
): Response | undefined {
  const names = inputs.flatMap(({ properties }) => Object.keys(properties));
  return sensitiveFailure(c.get('session'), type, [...new Set(names)], 'write');
}
