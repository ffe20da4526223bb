import { useState } from 'react';
import { gateway } from '../gateway.ts';
import type { DealBoardQuery, MoveDealMutation } from '../graphql/graphql.ts';
import { DEAL_BOARD, MOVE_DEAL } from '../operations.ts';
import { DealCard } from './deal-card.tsx';
import { Problems } from './problems.tsx';
import { RefusedMove } from './refused-move.tsx';
import type { ViewProps } from './sales.tsx';
import { useQuery } from './use-query.ts';

type Installation = NonNullable<DealBoardQuery['installation']>;
export type Pipeline = NonNullable<Installation['dealPipelines']>[number];
export type Deal = NonNullable<Installation['deals']>['nodes'][number];
export type UserError = NonNullable<MoveDealMutation['updateDeal']>['userErrors'][number];

/** A move that HubSpot has refused. */
export interface Refused {
  readonly deal: Deal;
  readonly stageId: string;
  readonly errors: readonly UserError[];
}

/** The deals of the first pipeline, one column for each stage. */
export function DealBoard({ portal, reads, reload }: ViewProps) {
  const { data, errors, isLoading } = useQuery(DEAL_BOARD, { portal: portal.id }, reads);
  const [moving, setMoving] = useState<string>();
  const [refused, setRefused] = useState<Refused>();
  const [failures, setFailures] = useState<typeof errors>([]);
  const pipeline = data?.installation?.dealPipelines?.[0];
  const deals = data?.installation?.deals?.nodes ?? [];

  const move = async (deal: Deal, stageId: string, properties: { name: string; value: string }[] = []) => {
    setMoving(deal.id);
    const moved = await gateway.request(MOVE_DEAL, { input: { id: deal.id, stageId, properties } });
    setMoving(undefined);
    setFailures(moved.errors);
    const userErrors = moved.data?.updateDeal?.userErrors ?? [];
    setRefused(userErrors.length > 0 ? { deal, stageId, errors: userErrors } : undefined);
    if (moved.data?.updateDeal?.deal) reload();
  };

  return (
    <section aria-label="Deals" aria-busy={isLoading}>
      <Problems errors={[...errors, ...failures]} />
      {!data && isLoading && <p className="hint">Reading deals …</p>}
      {pipeline && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls the board
        <section className="board" tabIndex={0} aria-label={pipeline.label ?? 'Pipeline'}>
          {pipeline.stages.map((stage) => (
            <StageColumn
              key={stage.id}
              {...{ stage, pipeline, moving, move }}
              deals={deals.filter((deal) => deal.stage?.id === stage.id)}
            />
          ))}
        </section>
      )}
      {refused && <RefusedMove refused={refused} move={move} close={() => setRefused(undefined)} />}
    </section>
  );
}

interface StageColumnProps {
  readonly stage: Pipeline['stages'][number];
  readonly pipeline: Pipeline;
  readonly deals: readonly Deal[];
  readonly moving: string | undefined;
  readonly move: (deal: Deal, stageId: string) => void;
}

function StageColumn({ stage, pipeline, deals, moving, move }: StageColumnProps) {
  const label = stage.label ?? 'Stage';
  return (
    <section className="stage" aria-label={label}>
      <h2>
        {label} <span className="count">{deals.length}</span>
      </h2>
      <ul>
        {deals.map((deal) => (
          <DealCard key={deal.id} deal={deal} pipeline={pipeline} isMoving={deal.id === moving} move={move} />
        ))}
      </ul>
    </section>
  );
}
