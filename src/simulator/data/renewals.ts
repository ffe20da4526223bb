import { dealPipeline, type Pipeline } from '../crm/pipelines.ts';
import type { Random } from './random.ts';

/** A second pipeline beside HubSpot's own; `createdAt` in epoch milliseconds. Its ids are numbers, as HubSpot gives them out. */
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

/** Where a deal stands: some of those with existing customers move over, and what was won or lost stays so. */
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
