import { dealPipeline, type Pipeline } from '../crm/pipelines.ts';
import type { Random } from './random.ts';

/**
 * A second pipeline; `createdAt` in epoch milliseconds. Its ids are numbers, like those of custom pipelines in HubSpot.
 */
export function renewalPipeline(random: Random, createdAt: number): Pipeline {
  const id = random.integer(70_000_000, 79_000_000);
  const stageId = (index: number) => String(id * 2 + index);
  return dealPipeline({ id: String(id), label: 'Renewals', displayOrder: 1, createdAt }, [
    [stageId(0), 'Up for renewal', 0.5],
    [stageId(1), 'Terms sent', 0.7],
    [stageId(2), 'Verbally agreed', 0.9],
    [stageId(3), 'Renewed', 1],
    [stageId(4), 'Churned', 0],
  ]);
}

/** The pipeline and stage of a deal. Some deals with existing customers move here, and closed deals remain closed. */
export function placeDeal(
  { id, stages }: Pipeline,
  random: Random,
  { dealtype, dealstage }: Readonly<Record<string, string>>,
): { pipeline?: string; dealstage?: string } {
  const [moves, open] = [random.chance(0.4), random.integer(0, 2)];
  if (!moves || dealtype !== 'existingbusiness') return {};
  const stage = stages[dealstage === 'closedwon' ? 3 : dealstage === 'closedlost' ? 4 : open];
  return stage ? { pipeline: id, dealstage: stage.id } : {};
}
