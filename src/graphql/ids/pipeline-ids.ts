import { GatewayError } from '../../errors.ts';

/** The parts of the global id of a pipeline or a stage. */
export interface PipelineReference {
  /** The portal's number. */
  readonly hubId: string;
  readonly pipelineId: string;
  /** `undefined` for a pipeline. */
  readonly stageId: string | undefined;
}

const GLOBAL_ID = /^Pipeline(Stage)?:([1-9]\d{0,15}):([^:]*)(?::([^:]+))?$/;

/** A global id such as `Pipeline:1234567:default`. */
export function pipelineGlobalId(hubId: number, pipelineId: string): string {
  return `Pipeline:${hubId}:${escaped(pipelineId)}`;
}

/**
 * A global id such as `PipelineStage:1234567:default:closedwon`. It contains the pipeline, because stages of two
 * pipelines can have the same id.
 */
export function stageGlobalId(hubId: number, pipelineId: string, stageId: string): string {
  return `PipelineStage:${hubId}:${escaped(pipelineId)}:${escaped(stageId)}`;
}

/** `undefined` when `id` is not the global id of a pipeline or a stage. */
export function parsePipelineGlobalId(id: string): PipelineReference | undefined {
  const [, ofStage, hubId, pipelineId, stageId] = GLOBAL_ID.exec(id) ?? [];
  if (hubId === undefined || pipelineId === undefined) return undefined;
  if ((ofStage === undefined) !== (stageId === undefined)) return undefined;
  try {
    return {
      hubId,
      pipelineId: decodeURIComponent(pipelineId),
      stageId: stageId === undefined ? undefined : decodeURIComponent(stageId),
    };
  } catch {
    return undefined;
  }
}

/**
 * Parses the global id of a pipeline or a stage. `undefined` for HubSpot's id, which may be any text.
 * @throws GatewayError BAD_USER_INPUT for the global id of the other kind
 */
export function pipelineReference(
  kind: 'stage' | 'pipeline',
  id: string,
  argument: string,
): PipelineReference | undefined {
  const reference = parsePipelineGlobalId(id);
  if (reference && (reference.stageId === undefined) === (kind === 'stage')) {
    throw new GatewayError('BAD_USER_INPUT', `${argument} takes the id of a ${kind}.`, { argument });
  }
  return reference;
}

/** HubSpot's ids may contain any character, also a colon. */
function escaped(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}
