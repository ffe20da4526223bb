import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { json } from '../../answers.ts';
import type { Portal } from '../../portal.ts';
import type { Clock } from '../../time/clock.ts';
import type { World } from '../../world.ts';
import { batchInputs, id, jsonBody } from '../json-body.ts';
import { factsOf, type ObjectTypeFacts, writeScopes } from '../object-types.ts';
import { batchAnswer, doEach } from '../records/batch-answer.ts';
import { type CrmEnv, objectPairOf } from '../session.ts';
import { associationSpecs, requireEditAssociations, requireRecords, requireTypes } from './association-checks.ts';
import type { RecordRef } from './association-store.ts';
import type { AssociationSpec } from './association-types.ts';

const RECORD = '/crm/objects/:version{(?:2026-0[39]|v4)}/:from/:id/associations';
const BATCH = '/crm/associations/:version{(?:2026-0[39]|v4)}/:from/:to/batch';
const MAX_INPUTS = 2_000;
/** For both kinds of removals: https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide */
const MAX_REMOVALS = 100;

const end = z.object({ id });
const pair = z.object({ from: end, to: end });
const labelledPair = z.object({ from: end, to: end, types: associationSpecs });
const fan = z.object({ from: end, to: z.array(end) });

/**
 * Routes that create and remove associations.
 * https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
 */
export function associationWriteRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.put(`${RECORD}/default/:to/:toId`, (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    const results = connect(c.get('session').portal, ...endsOf(types, c.req.param()));
    return batchAnswer(200, { results }, clock, clock.now());
  });

  routes.put(`${RECORD}/:to/:toId`, async (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    const labels = await jsonBody(c, associationSpecs);
    if (labels instanceof Response) return labels;
    return json(201, label(c.get('session').portal, endsOf(types, c.req.param()), labels));
  });

  routes.delete(`${RECORD}/:to/:toId`, (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    c.get('session').portal.associations.disconnect(...endsOf(types, c.req.param()));
    return json(204, undefined);
  });

  routes.post(`${BATCH}/associate/default`, async (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    const inputs = await batchInputs(c, pair, MAX_INPUTS);
    if (inputs instanceof Response) return inputs;
    const { portal } = c.get('session');
    const startedAt = clock.now();
    const outcome = doEach(inputs, ({ from, to }) => connect(portal, ...endsOf(types, { id: from.id, toId: to.id })));
    return batchAnswer(200, outcome, clock, startedAt);
  });

  routes.post(`${BATCH}/create`, async (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    const inputs = await batchInputs(c, labelledPair, MAX_INPUTS);
    if (inputs instanceof Response) return inputs;
    const { portal } = c.get('session');
    const startedAt = clock.now();
    const outcome = doEach(inputs, ({ from, to, types: labels }) => [
      label(portal, endsOf(types, { id: from.id, toId: to.id }), labels),
    ]);
    return batchAnswer(201, outcome, clock, startedAt);
  });

  routes.post(`${BATCH}/archive`, async (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    const inputs = await batchInputs(c, fan, MAX_REMOVALS);
    if (inputs instanceof Response) return inputs;
    const { associations } = c.get('session').portal;
    for (const { from, to } of inputs) {
      for (const { id: toId } of to) associations.disconnect(...endsOf(types, { id: from.id, toId }));
    }
    return removed(c.req.param('version'), clock);
  });

  routes.post(`${BATCH}/labels/archive`, async (c) => {
    const types = writablePair(c);
    if (types instanceof Response) return types;
    const inputs = await batchInputs(c, labelledPair, MAX_REMOVALS);
    if (inputs instanceof Response) return inputs;
    const { portal } = c.get('session');
    const [from, to] = types;
    // All types are checked before anything is removed.
    const removals = inputs.map((input) => ({
      ends: endsOf(types, { id: input.from.id, toId: input.to.id }),
      labels: requireTypes(portal, input.types, from.name, to.name),
    }));
    for (const { ends, labels } of removals) portal.associations.unlabel(...ends, labels);
    return removed(c.req.param('version'), clock);
  });

  return routes;
}

/** The object types in the path, when the token may write them and the user of the token may edit associations. */
function writablePair(c: Context<CrmEnv>): ReturnType<typeof objectPairOf> {
  const types = objectPairOf(c, writeScopes);
  if (!(types instanceof Response) && c.req.param('version') === '2026-09')
    requireEditAssociations(c.get('session').portal);
  return types;
}

type Ends = readonly [from: RecordRef, to: RecordRef];

function endsOf(
  [from, to]: readonly [ObjectTypeFacts, ObjectTypeFacts],
  ids: { readonly id: string; readonly toId: string },
): Ends {
  return [
    { type: from.name, id: ids.id },
    { type: to.name, id: ids.toId },
  ];
}

/** Associates two records without a label. The answer has both directions. */
function connect(portal: Portal, from: RecordRef, to: RecordRef) {
  requireRecords(portal, from, to);
  portal.associations.connect(from, to);
  return [presentConnection(portal, from, to), presentConnection(portal, to, from)];
}

function presentConnection(portal: Portal, from: RecordRef, to: RecordRef) {
  const { category, typeId } = portal.associations.types.unlabelled(from.type, to.type);
  return {
    from: { id: from.id },
    to: { id: to.id },
    associationSpec: { associationCategory: category, associationTypeId: typeId },
  };
}

/** Associates two records, and replaces their labels. Ids in the answer are numbers. */
function label(portal: Portal, [from, to]: Ends, labels: readonly AssociationSpec[]) {
  const types = requireTypes(portal, labels, from.type, to.type);
  requireRecords(portal, from, to);
  portal.associations.label(from, to, types);
  return {
    fromObjectTypeId: factsOf(from.type).typeId,
    fromObjectId: Number(from.id),
    toObjectTypeId: factsOf(to.type).typeId,
    toObjectId: Number(to.id),
    labels: types.flatMap((type) => type.label ?? []),
  };
}

/** The dated versions answer removals with an empty batch, v4 without a body. */
function removed(version: string, clock: Clock): Response {
  return version === 'v4' ? json(204, undefined) : batchAnswer(200, { results: [] }, clock, clock.now());
}
