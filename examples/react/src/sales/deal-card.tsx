import type { Deal, Pipeline } from './deal-board.tsx';
import { fullName, money } from './format.ts';

interface DealCardProps {
  readonly deal: Deal;
  readonly pipeline: Pipeline;
  readonly isMoving: boolean;
  readonly move: (deal: Deal, stageId: string) => void;
}

/** One deal. Its list of stages moves it, so that the keyboard can, too. */
export function DealCard({ deal, pipeline, isMoving, move }: DealCardProps) {
  const [contact] = deal.contacts?.nodes ?? [];
  return (
    <li className="deal" aria-busy={isMoving}>
      <h3>{deal.name ?? 'Without a name'}</h3>
      <p className="amount">{money(deal.amount, deal.currency)}</p>
      {contact && <p className="detail">{fullName(contact)}</p>}
      {deal.owner && <p className="detail">Owner: {fullName(deal.owner)}</p>}
      <label>
        <span className="hidden">Stage of {deal.name}</span>
        <select value={deal.stage?.id} disabled={isMoving} onChange={({ target }) => move(deal, target.value)}>
          {pipeline.stages.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </li>
  );
}
