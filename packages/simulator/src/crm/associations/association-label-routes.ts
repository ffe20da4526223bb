import { Hono } from 'hono';
import { z } from 'zod';
import { json } from '../../answers.ts';
import { LABEL_REFUSALS } from '../../assumptions.ts';
import { invalid, Refusal } from '../../refusal.ts';
import { jsonBody } from '../json-body.ts';
import { type ObjectTypeFacts, readScopes, writeScopes } from '../object-types.ts';
import { type CrmEnv, objectPairOf } from '../session.ts';
import { unknownType } from './association-checks.ts';
import { type AssociationType, type AssociationTypes, presentType } from './association-types.ts';

const LABELS = '/crm/associations/:version{(?:2026-0[39]|v4)}/:from/:to/labels';

const newLabel = z.object({ label: z.string(), name: z.string(), inverseLabel: z.string().optional() });
const renamedLabel = z.object({
  label: z.string(),
  associationTypeId: z.int(),
  inverseLabel: z.string().optional(),
});

/** Labels between two object types, and the status beyond. The guide says 10; integrators met 50, and then this status. */
const LABEL_LIMIT = { max: 50, status: 437 } as const;

/** Routes for association labels. https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4 */
export function associationLabelRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(LABELS, (c) => {
    const pair = objectPairOf(c, readScopes);
    if (pair instanceof Response) return pair;
    const [from, to] = pair;
    const { types } = c.get('session').portal.associations;
    return json(200, { results: types.between(from.name, to.name).map(presentType) });
  });

  routes.post(LABELS, async (c) => {
    const pair = objectPairOf(c, writeScopes);
    if (pair instanceof Response) return pair;
    const body = await jsonBody(c, newLabel);
    if (body instanceof Response) return body;
    const { types } = c.get('session').portal.associations;
    const [from, to] = pair;
    // The name is internal to the portal. It has the syntax of property names.
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(body.name)) throw invalid(LABEL_REFUSALS.name);
    const labels = userDefined(types, pair);
    if (labels.some(({ label }) => label === body.label)) throw invalid(LABEL_REFUSALS.taken);
    if (pairsOf(types, labels) >= LABEL_LIMIT.max) {
      throw new Refusal(LABEL_LIMIT.status, { message: LABEL_REFUSALS.tooMany });
    }
    const defined = types.define(from.name, to.name, body.label, body.inverseLabel);
    return json(200, { results: defined.map(presentType) });
  });

  routes.put(LABELS, async (c) => {
    const pair = objectPairOf(c, writeScopes);
    if (pair instanceof Response) return pair;
    const body = await jsonBody(c, renamedLabel);
    if (body instanceof Response) return body;
    const { types } = c.get('session').portal.associations;
    const type = requireLabel(types, pair, body.associationTypeId);
    types.rename(type, body.label, body.inverseLabel);
    return json(204, undefined);
  });

  routes.delete(`${LABELS}/:typeId`, (c) => {
    const pair = objectPairOf(c, writeScopes);
    if (pair instanceof Response) return pair;
    const { associations } = c.get('session').portal;
    const type = requireLabel(associations.types, pair, Number(c.req.param('typeId')));
    associations.removeLabel(type);
    return json(204, undefined);
  });

  return routes;
}

type Pair = readonly [from: ObjectTypeFacts, to: ObjectTypeFacts];

function userDefined(types: AssociationTypes, [from, to]: Pair): readonly AssociationType[] {
  return types.between(from.name, to.name).filter(({ category }) => category === 'USER_DEFINED');
}

function requireLabel(types: AssociationTypes, pair: Pair, typeId: number): AssociationType {
  const type = userDefined(types, pair).find((known) => known.typeId === typeId);
  if (!type) throw unknownType({ associationCategory: 'USER_DEFINED', associationTypeId: typeId });
  return type;
}

/** A label and its inverse count as one label, also between records of the same type. */
function pairsOf(types: AssociationTypes, labels: readonly AssociationType[]): number {
  return new Set(labels.map((type) => Math.min(type.typeId, types.inverse(type).typeId))).size;
}
