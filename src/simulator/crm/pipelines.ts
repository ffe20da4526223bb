import { instant } from '../instant.ts';
import type { ObjectFacts } from './objects/define.ts';
import type { PropertyOption } from './property-definitions.ts';

/** A step of a pipeline. Deals tell in `metadata` whether it ends the sale and how likely it is to be won. */
export interface PipelineStage {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  /** Strings, as HubSpot has it: `isClosed` is `"true"` or `"false"`, `probability` `"0.0"` to `"1.0"`. */
  readonly metadata: { readonly isClosed: 'true' | 'false'; readonly probability: string };
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

/** A stage in short. A probability of 0 or 1 ends the sale. */
type StageRow = readonly [id: string, label: string, probability: number];

/** A deal pipeline with stages in the order given; `createdAt` in epoch milliseconds. */
export function dealPipeline(
  { id, label, displayOrder, createdAt }: { id: string; label: string; displayOrder: number; createdAt: number },
  stages: readonly StageRow[],
): Pipeline {
  const life = { createdAt: instant(createdAt), updatedAt: instant(createdAt), archived: false };
  return {
    ...{ id, label, displayOrder },
    stages: stages.map(([stageId, stageLabel, probability], index) => ({
      ...{ id: stageId, label: stageLabel, displayOrder: index },
      metadata: {
        isClosed: probability === 0 || probability === 1 ? 'true' : 'false',
        probability: probability.toFixed(1),
      },
      ...life,
      writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
    })),
    ...life,
  };
}

/** The pipeline that HubSpot gives every portal; it was never created, hence the epoch. */
export const DEFAULT_DEAL_PIPELINE = dealPipeline(
  { id: 'default', label: 'Sales Pipeline', displayOrder: 0, createdAt: 0 },
  [
    ['appointmentscheduled', 'Appointment Scheduled', 0.2],
    ['qualifiedtobuy', 'Qualified To Buy', 0.4],
    ['presentationscheduled', 'Presentation Scheduled', 0.6],
    ['decisionmakerboughtin', 'Decision Maker Bought-In', 0.8],
    ['contractsent', 'Contract Sent', 0.9],
    ['closedwon', 'Closed Won', 1],
    ['closedlost', 'Closed Lost', 0],
  ],
);

/**
 * The options of the properties that hold a pipeline or a stage; `undefined` for other properties. Their definitions
 * say `externalOptions`, and list the options all the same.
 */
export function pipelineOptions(
  { pipelines: names }: Pick<ObjectFacts, 'pipelines'>,
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
