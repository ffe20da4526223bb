import { type Context, Hono } from 'hono';
import { json, notFound, validationError } from '../answers.ts';
import { instant } from '../instant.ts';
import { Refusal } from '../refusal.ts';
import { jsonBody } from './json-body.ts';
import type { ObjectTypeFacts } from './object-types.ts';
import {
  createPipeline,
  createStage,
  newPipeline,
  newStage,
  type PipelineContext,
  pipelineChanges,
  stageChanges,
  stageMetadata,
} from './pipeline-input.ts';
import type { Pipeline, PipelineStage } from './pipelines.ts';
import { definitionWriters } from './properties/definition-scopes.ts';
import { type CrmEnv, permittedType } from './session.ts';

const PIPELINES = '/crm/pipelines/:version{(?:2026-0[39]|v3)}/:type';
const ONE = `${PIPELINES}/:id`;
const STAGES = `${ONE}/stages`;
const STAGE = `${STAGES}/:stageId`;

/** Routes that write pipelines and their stages. https://developers.hubspot.com/docs/guides/api/crm/pipelines */
export function pipelineWriteRoutes(): Hono<CrmEnv> {
  const routes = new Hono<CrmEnv>();

  routes.post(PIPELINES, async (c) => {
    const target = targetOf(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, newPipeline);
    if (input instanceof Response) return input;
    const pipeline = createPipeline(input, target.context);
    target.pipelines.push(pipeline);
    return json(201, pipeline);
  });

  routes.put(ONE, async (c) => {
    const target = pipelineOf(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, newPipeline);
    if (input instanceof Response) return input;
    target.requireUnused(target.pipeline.stages);
    const { id, createdAt } = target.pipeline;
    return json(200, target.replace({ ...createPipeline(input, target.context), id, createdAt }));
  });

  routes.patch(ONE, async (c) => {
    const target = pipelineOf(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, pipelineChanges);
    return input instanceof Response ? input : json(200, target.replace({ ...target.pipeline, ...defined(input) }));
  });

  routes.delete(ONE, (c) => {
    const target = pipelineOf(c);
    if (target instanceof Response) return target;
    if (target.pipelines.length === 1) return validationError('The last pipeline cannot be deleted.');
    target.requireUnused(target.pipeline.stages);
    target.pipelines.splice(target.pipelines.indexOf(target.pipeline), 1);
    return json(204, undefined);
  });

  routes.post(STAGES, async (c) => {
    const target = pipelineOf(c);
    if (target instanceof Response) return target;
    const input = await jsonBody(c, newStage);
    if (input instanceof Response) return input;
    const stage = createStage(input, target.context);
    target.replace({ ...target.pipeline, stages: [...target.pipeline.stages, stage] });
    return json(201, stage);
  });

  for (const [method, schema] of [
    ['put', newStage],
    ['patch', stageChanges],
  ] as const) {
    routes[method](STAGE, async (c) => {
      const target = stageOf(c);
      if (target instanceof Response) return target;
      const input = await jsonBody(c, schema);
      if (input instanceof Response) return input;
      const { metadata, ...changes } = defined(input);
      const changed: PipelineStage = {
        ...target.stage,
        ...changes,
        ...(metadata && { metadata: stageMetadata(metadata, target.context.isDeal) }),
        updatedAt: instant(target.context.now),
      };
      target.replaceStage(changed);
      return json(200, changed);
    });
  }

  routes.delete(STAGE, (c) => {
    const target = stageOf(c);
    if (target instanceof Response) return target;
    if (target.pipeline.stages.length === 1) return validationError('A pipeline needs at least one stage.');
    target.requireUnused([target.stage]);
    target.replaceStage(undefined);
    return json(204, undefined);
  });

  return routes;
}

/** The pipelines of the object type in the path, or HubSpot's error. */
function targetOf(c: Context<CrmEnv>) {
  const type = permittedType(c, definitionWriters);
  if (type instanceof Response) return type;
  const { portal } = c.get('session');
  if (!type.pipelines) return validationError(`Pipelines of ${type.name} cannot be changed.`);
  const context: PipelineContext = {
    isDeal: type.name === 'deals',
    now: portal.clock.now(),
    newId() {
      portal.pipelineIds.last += 1;
      return String(portal.pipelineIds.last);
    },
  };
  return { type, pipelines: portal.pipelines[type.name], context };
}

/** The pipeline in the path, or HubSpot's error. */
function pipelineOf(c: Context<CrmEnv>) {
  const target = targetOf(c);
  if (target instanceof Response) return target;
  const id = c.req.param('id') ?? '';
  const pipeline = target.pipelines.find((candidate) => candidate.id === id);
  if (!pipeline) return notFound(id);
  return {
    ...target,
    pipeline,
    replace(changed: Pipeline): Pipeline {
      const updated = { ...changed, updatedAt: instant(target.context.now) };
      target.pipelines.splice(target.pipelines.indexOf(pipeline), 1, updated);
      return updated;
    },
    requireUnused: (stages: readonly PipelineStage[]) => requireUnused(c, target.type, stages),
  };
}

/** The stage in the path, or HubSpot's error. */
function stageOf(c: Context<CrmEnv>) {
  const target = pipelineOf(c);
  if (target instanceof Response) return target;
  const { pipeline } = target;
  const id = c.req.param('stageId') ?? '';
  const stage = pipeline.stages.find((candidate) => candidate.id === id);
  if (!stage) return notFound(id);
  return {
    ...target,
    stage,
    replaceStage(changed: PipelineStage | undefined): void {
      target.replace({
        ...pipeline,
        stages: pipeline.stages.flatMap((other) => (other === stage ? (changed ?? []) : other)),
      });
    },
  };
}

/**
 * Throws HubSpot's error when records are in one of the stages. From version 2026-09 on, HubSpot always checks; before, only
 * when the request asks for it.
 */
function requireUnused(
  c: Context<CrmEnv>,
  { name, pipelines }: ObjectTypeFacts,
  stages: readonly PipelineStage[],
): void {
  const asks = ['validateReferencesBeforeDelete', 'validateDealStageUsagesBeforeDelete'];
  if (c.req.param('version') !== '2026-09' && !asks.some((query) => c.req.query(query) === 'true')) return;
  const ids = new Set(stages.map(({ id }) => id));
  const records = [...c.get('session').portal.records(name)];
  const property = pipelines?.stage ?? '';
  const users = records.filter((record) => ids.has(record.properties.get(property) ?? ''));
  if (users.length === 0) return;
  const used = new Set(users.map((record) => record.properties.get(property) ?? ''));
  throw new Refusal(400, {
    message: 'Some stages are in use.',
    context: { stageIds: [...used], objectIds: users.map(({ id }) => id) },
    category: 'VALIDATION_ERROR',
    subCategory: 'PipelineError.STAGE_ID_IN_USE',
  });
}

/** The fields that a body has. */
function defined<T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Entries without a value are left out.
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
