import type { ObjectType } from '../../crm/objects.ts';
import { pipelineScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field, identifier, resultsOf, text } from '../json.ts';

/** A stage of a pipeline. Its id is unique only within the pipeline. */
export interface PipelineStage {
  readonly id: string;
  /** `null` when HubSpot does not report it, as are the next fields. */
  readonly label: string | null;
  /** The probability that a deal in this stage is won: a decimal from 0 to 1 in HubSpot's notation, e.g. `0.2`. */
  readonly probability: string | null;
  /** True for the stages of won and lost deals. */
  readonly isClosed: boolean | null;
}

export interface Pipeline {
  readonly id: string;
  readonly label: string | null;
  /** In HubSpot's display order. */
  readonly stages: readonly PipelineStage[];
}

/** `GET /crm/pipelines/{version}/{objectType}`: all pipelines with their stages, in HubSpot's display order. */
export async function listPipelines(api: HubspotApi, objectType: ObjectType): Promise<readonly Pipeline[]> {
  const { body } = await api.send({
    name: `pipelines.${objectType}.list`,
    method: 'GET',
    path: `/crm/pipelines/${api.version}/${objectType}`,
    scopes: pipelineScopes(objectType),
  });
  return inOrder(resultsOf(body)).map((pipeline) => ({
    id: idOf(pipeline),
    label: text(field(pipeline, 'label')),
    stages: inOrder(field(pipeline, 'stages')).map(parseStage),
  }));
}

const PROBABILITY = /^(0(\.\d+)?|1(\.0+)?)$/;
const TRUTHS = new Map([
  ['true', true],
  ['false', false],
]);

function parseStage(stage: unknown): PipelineStage {
  const metadata = field(stage, 'metadata');
  // HubSpot sends them as strings: "0.2", "true".
  const probability = String(field(metadata, 'probability'));
  return {
    id: idOf(stage),
    label: text(field(stage, 'label')),
    probability: PROBABILITY.test(probability) ? probability : null,
    isClosed: TRUTHS.get(String(field(metadata, 'isClosed'))) ?? null,
  };
}

/** HubSpot orders pipelines and stages by `displayOrder`, and then by label. */
function inOrder(items: unknown): readonly unknown[] {
  if (!Array.isArray(items)) throw invalidResponse();
  return items.toSorted(
    (a: unknown, b: unknown) =>
      placeOf(a) - placeOf(b) || String(field(a, 'label')).localeCompare(String(field(b, 'label')), 'en'),
  );
}

function placeOf(item: unknown): number {
  const place = field(item, 'displayOrder');
  return typeof place === 'number' ? place : 0;
}

function idOf(item: unknown): string {
  const id = identifier(field(item, 'id'));
  if (id === null) throw invalidResponse();
  return id;
}

function invalidResponse(): GatewayError {
  return new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a list of pipelines.', {});
}
