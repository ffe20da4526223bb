import { z } from 'zod';
import { instant } from '../instant.ts';
import { invalid } from '../refusal.ts';
import type { Pipeline, PipelineStage } from './pipelines.ts';

const Stage = z.object({
  label: z.string().min(1),
  displayOrder: z.int(),
  metadata: z.record(z.string(), z.string()).default({}),
});

export const newStage = Stage;
export const stageChanges = Stage.partial();
export const newPipeline = z.object({
  label: z.string().min(1),
  displayOrder: z.int(),
  stages: z.array(Stage).min(1).max(100),
});
export const pipelineChanges = newPipeline.omit({ stages: true }).partial();

export type NewStage = z.infer<typeof newStage>;

/** The parts of a portal that a new pipeline or stage needs. */
export interface PipelineContext {
  /** A stage of deals needs a probability, from which HubSpot derives whether it is closed. */
  readonly isDeal: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  newId(): string;
}

export function createStage(
  { label, displayOrder, metadata }: NewStage,
  { isDeal, now, newId }: PipelineContext,
): PipelineStage {
  const at = instant(now);
  return {
    ...{ id: newId(), label, displayOrder, metadata: stageMetadata(metadata, isDeal) },
    ...{ createdAt: at, updatedAt: at, archived: false, writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT' },
  };
}

export function createPipeline(
  { label, displayOrder, stages }: z.infer<typeof newPipeline>,
  context: PipelineContext,
): Pipeline {
  const at = instant(context.now);
  const created = stages.map((stage) => createStage(stage, context));
  return { id: context.newId(), label, displayOrder, stages: created, createdAt: at, updatedAt: at, archived: false };
}

/** Metadata in HubSpot's form. Throws HubSpot's error for a deal's stage without a probability between 0 and 1. */
export function stageMetadata(metadata: NewStage['metadata'], isDeal: boolean): PipelineStage['metadata'] {
  if (!isDeal) return metadata;
  const probability = Number(metadata.probability ?? Number.NaN);
  if (!(probability >= 0 && probability <= 1)) {
    throw invalid('A stage of deals needs a probability between 0.0 and 1.0 in its metadata.');
  }
  const text = Number.isInteger(probability) ? probability.toFixed(1) : String(probability);
  return { ...metadata, isClosed: String(probability === 0 || probability === 1), probability: text };
}
