import { type Context, Hono } from 'hono';
import { json, notFound } from '../answers.ts';
import { type ObjectTypeFacts, readScopes } from './object-types.ts';
import type { Pipeline } from './pipelines.ts';
import { type CrmEnv, permittedType } from './session.ts';

const PIPELINES = '/crm/pipelines/:version{(?:2026-0[39]|v3)}/:type';

/** Routes that read pipelines and their stages. https://developers.hubspot.com/docs/guides/api/crm/pipelines */
export function pipelineRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.get(PIPELINES, (c) => {
    const type = permittedType(c, readAnyOf);
    return type instanceof Response ? type : json(200, { results: c.get('session').portal.pipelines[type.name] });
  });

  routes.get(`${PIPELINES}/:id`, (c) => {
    const pipeline = named(c);
    return pipeline instanceof Response ? pipeline : json(200, pipeline);
  });

  routes.get(`${PIPELINES}/:id/stages`, (c) => {
    const pipeline = named(c);
    return pipeline instanceof Response ? pipeline : json(200, { results: pipeline.stages });
  });

  routes.get(`${PIPELINES}/:id/stages/:stageId`, (c) => {
    const pipeline = named(c);
    if (pipeline instanceof Response) return pipeline;
    const stage = pipeline.stages.find(({ id }) => id === c.req.param('stageId'));
    return stage ? json(200, stage) : notFound(c.req.param('stageId'));
  });

  return routes;
}

function readAnyOf(type: ObjectTypeFacts) {
  return [[`crm.schemas.${type.name}.read`], ...readScopes(type)];
}

/** The pipeline in the path, or HubSpot's error. */
function named(c: Context<CrmEnv>): Pipeline | Response {
  const type = permittedType(c, readAnyOf);
  if (type instanceof Response) return type;
  const id = c.req.param('id') ?? '';
  return c.get('session').portal.pipelines[type.name].find((pipeline) => pipeline.id === id) ?? notFound(id);
}
