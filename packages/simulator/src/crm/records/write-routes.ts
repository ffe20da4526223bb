import { Hono } from 'hono';
import { json, notFound } from '../../answers.ts';
import { invalid } from '../../refusal.ts';
import { jsonBody } from '../json-body.ts';
import type { CrmEnv } from '../session.ts';
import { mergeRecords } from './record-merge.ts';
import { archiveAll, requireEdit } from './record-rights.ts';
import { presentRecord, sensitiveFailure } from './record-view.ts';
import { commitAll, planCreate, planUpdate } from './record-writes.ts';
import { createInput, mergeInput, privacyInput, updateInput } from './write-input.ts';
import { requireUnique, type WriteTarget, writeTarget } from './write-target.ts';

const OBJECTS = '/crm/objects/:version{(?:2026-0[39]|v3)}/:type';

/** Routes that write one record. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis */
export function writeRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.post(OBJECTS, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, createInput);
    if (input instanceof Response) return input;
    const refused = sensitiveFailure(c.get('session'), target.type, Object.keys(input.properties), 'write');
    if (refused) return refused;
    const [record] = commitAll(target.portal, [planCreate(target, input)]);
    const answer = json(201, record);
    answer.headers.set('location', `${c.req.url}/${record?.id}`);
    return answer;
  });

  routes.patch(`${OBJECTS}/:id`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, updateInput);
    if (input instanceof Response) return input;
    const names = Object.keys(input.properties);
    const refused = sensitiveFailure(c.get('session'), target.type, names, 'write');
    if (refused) return refused;
    if (names.length === 0) throw invalid('No properties found to update, please provide at least one.');
    const idProperty = c.req.query('idProperty');
    requireUnique(target, idProperty);
    const id = c.req.param('id');
    const record = target.portal.find(target.type.name, id, idProperty);
    if (!record || record.archivedAt !== undefined) return notFound(id);
    return json(200, commitAll(target.portal, [planUpdate(target, record, input.properties)])[0]);
  });

  // A missing record has the same answer.
  routes.delete(`${OBJECTS}/:id`, (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    archiveAll(target.portal, target.type.name, [c.req.param('id')]);
    return json(204, undefined);
  });

  routes.post(`${OBJECTS}/merge`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, mergeInput);
    if (input instanceof Response) return input;
    const { portal, type } = target;
    const survivor = mergeRecords(portal, type.name, input.primaryObjectId, input.objectIdToMerge);
    return json(200, presentRecord(portal, type, survivor, { properties: [], associations: [], archived: false }));
  });

  routes.post(`${OBJECTS}/gdpr-delete`, async (c) => {
    const target = writeTarget(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, privacyInput);
    if (input instanceof Response) return input;
    return deleteForPrivacy(target, input.objectId, input.idProperty);
  });

  return routes;
}

/** Deletes a contact permanently, or blocks an unknown address. */
function deleteForPrivacy({ portal, type }: WriteTarget, id: string, idProperty: string | undefined): Response {
  if (type.name !== 'contacts') return notFound('0');
  if (idProperty !== undefined && idProperty !== 'email') throw invalid('idProperty can only be email.');
  const record = idProperty === undefined ? portal.record('contacts', id) : portal.recordBy('contacts', 'email', id);
  if (!record && idProperty === undefined) return notFound(id);
  if (record) requireEdit(portal, record);
  if (record) portal.erase('contacts', record.id);
  else portal.blockedEmails.add(id.toLowerCase());
  return json(204, undefined);
}
