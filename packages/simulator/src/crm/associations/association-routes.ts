import { Hono } from 'hono';
import { json, notFound, validationError } from '../../answers.ts';
import { ASSOCIATION_PAGE } from '../../assumptions.ts';
import type { World } from '../../world.ts';
import { type ObjectTypeFacts, readScopes } from '../object-types.ts';
import { type BatchError, batchAnswer } from '../records/batch-answer.ts';
import { batchBody, type CrmEnv, objectPairOf } from '../session.ts';
import { type AssociationPage, associationPage, parseCursor } from './association-page.ts';
import { presentType } from './association-types.ts';

const MAX_INPUTS = 1_000;
const MAX_LIMIT = 500;

/**
 * Routes that read associations, in v4 and the dated versions.
 * https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
 */
export function associationRoutes({ clock }: Pick<World, 'clock'>): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get('/crm/objects/:version{(?:2026-0[39]|v4)}/:from/:id/associations/:to', (c) => {
    const pair = objectPairOf(c, readScopes);
    if (pair instanceof Response) return pair;
    const [from, to] = pair;
    const { portal } = c.get('session');
    const id = c.req.param('id');
    if (!portal.record(from.name, id)) return notFound(id);
    const limit = Number(c.req.query('limit') ?? MAX_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
      return validationError(`limit must be between 1 and ${MAX_LIMIT}.`);
    const start = parseCursor(c.req.query('after'));
    if (start === undefined) return validationError('The after parameter is invalid.');
    const { page, paging } = associationPage(portal, { type: from.name, id }, to.name, { limit, start });
    return json(200, { results: associationResults(page), paging });
  });

  routes.post('/crm/associations/:version{(?:2026-0[39]|v4)}/:from/:to/batch/read', async (c) => {
    const pair = objectPairOf(c, readScopes);
    if (pair instanceof Response) return pair;
    const [from, to] = pair;
    const batch = await batchBody(c, MAX_INPUTS);
    if (batch instanceof Response) return batch;
    const inputs = batch.inputs.map(({ id, after }) => ({ id, start: parseCursor(after) }));
    if (inputs.some(({ start }) => start === undefined)) return validationError('The after parameter is invalid.');
    const { portal } = c.get('session');
    const startedAt = clock.now();
    const answers = inputs.map(({ id, start = 0 }) => ({
      id,
      ...associationPage(portal, { type: from.name, id }, to.name, { limit: ASSOCIATION_PAGE, start }),
    }));
    const results = answers
      .filter(({ page }) => page.length > 0)
      .map(({ id, page, paging }) => ({ from: { id }, to: associationResults(page), paging }));
    const errors = answers.filter(({ page }) => page.length === 0).map(({ id }) => noAssociations(from, id, to));
    return batchAnswer(200, { results, errors }, clock, startedAt);
  });

  return routes;
}

/** Ids are numbers, as in HubSpot's samples. */
function associationResults(page: AssociationPage['page']) {
  return page.map(([associated, types]) => ({
    toObjectId: Number(associated),
    associationTypes: types.map(presentType),
  }));
}

/** The error of a batch read for each record without associated records. */
function noAssociations(from: ObjectTypeFacts, id: string, to: ObjectTypeFacts): BatchError {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to.singular} is associated with ${from.singular} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from.singular], toObjectType: [to.singular] },
  };
}
