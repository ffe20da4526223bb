import { instant } from '../instant.ts';
import type { PropertyOption } from './properties/property-definitions.ts';

/** A stage of a pipeline. */
export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  /**
   * Strings, as in HubSpot. Stages of deals have `isClosed`, `"true"` or `"false"`, and `probability`, `"0.0"` to
   * `"1.0"`.
   */
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  readonly writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT';
}

/** https://developers.hubspot.com/docs/guides/api/crm/pipelines */
export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly stages: readonly PipelineStage[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

/** The properties with the pipeline and the stage of an object. */
export interface PipelineProperties {
  readonly pipeline: string;
  readonly stage: string;
}

/** The pipeline's ids and labels; `createdAt` in epoch milliseconds. */
type PipelineHead = Pick<Pipeline, 'id' | 'label' | 'displayOrder'> & { readonly createdAt: number };

/** A pipeline with its stages in order. */
function definePipeline(
  { id, label, displayOrder, createdAt }: PipelineHead,
  stages: readonly (readonly [id: string, label: string, metadata: PipelineStage['metadata']])[],
): Pipeline {
  const life = { createdAt: instant(createdAt), updatedAt: instant(createdAt), archived: false };
  return {
    ...{ id, label, displayOrder },
    stages: stages.map(([stageId, stageLabel, metadata], index) => ({
      ...{ id: stageId, label: stageLabel, displayOrder: index, metadata },
      ...life,
      writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
    })),
    ...life,
  };
}

/** A pipeline of deals. A stage with probability 0 or 1 is closed. */
export function dealPipeline(
  head: PipelineHead,
  stages: readonly (readonly [id: string, label: string, probability: number])[],
): Pipeline {
  return definePipeline(
    head,
    stages.map(([id, label, probability]) => {
      const isClosed = String(probability === 0 || probability === 1);
      return [id, label, { isClosed, probability: probability.toFixed(1) }];
    }),
  );
}

/**
 * The options of pipeline and stage properties; `undefined` for other properties. Their definitions list the options
 * although `externalOptions` is true.
 */
export function pipelineOptions(
  { pipelines: names }: { readonly pipelines?: PipelineProperties },
  pipelines: readonly Pipeline[],
  property: string,
): readonly PropertyOption[] | undefined {
  const option = ({ id, label, displayOrder }: Pipeline | PipelineStage) => ({
    ...{ label, value: id, displayOrder },
    description: '',
    hidden: false,
  });
  if (pipelines.length === 0) return undefined;
  if (property === names?.pipeline) return pipelines.map(option);
  return property === names?.stage ? pipelines.flatMap(({ stages }) => stages).map(option) : undefined;
}
