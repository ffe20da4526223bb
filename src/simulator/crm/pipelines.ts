import { instant } from '../instant.ts';
import type { PropertyOption } from './properties/property-definitions.ts';

/** A step of a pipeline. */
export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  /**
   * Strings, as HubSpot has it. Deals tell whether the stage ends the sale and how likely it is to be won: `isClosed` is
   * `"true"` or `"false"`, `probability` `"0.0"` to `"1.0"`.
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

/** The names of the properties of an object that hold its pipeline and its stage. */
export interface PipelineProperties {
  readonly pipeline: string;
  readonly stage: string;
}

/** Which pipeline it is; `createdAt` in epoch milliseconds. */
type PipelineHead = Pick<Pipeline, 'id' | 'label' | 'displayOrder'> & { readonly createdAt: number };

/** A pipeline with stages in the order given. */
export function definePipeline(
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

/** A pipeline of deals. A probability of 0 or 1 ends the sale. */
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
 * The options of the properties that hold a pipeline or a stage; `undefined` for other properties. Their definitions
 * say `externalOptions`, and list the options all the same.
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
