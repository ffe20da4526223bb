import { type FormEvent, useState } from 'react';
import type { Deal, Refused, UserError } from './deal-board.tsx';
import { Dialog } from './dialog.tsx';
import { Message } from './message.tsx';

interface RefusedMoveProps {
  readonly refused: Refused;
  readonly move: (deal: Deal, stageId: string, properties: { name: string; value: string }[]) => Promise<void>;
  readonly close: () => void;
}

/** Says why HubSpot has refused a move, and asks for the properties that HubSpot wants. */
export function RefusedMove({ refused: { deal, stageId, errors }, move, close }: RefusedMoveProps) {
  const wanted = errors.flatMap((error) => propertyOf(error) ?? []);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void move(
      deal,
      stageId,
      wanted.map((name) => ({ name, value: values[name] ?? '' })),
    );
  };
  return (
    <Dialog title="HubSpot refused the move" close={close}>
      <form onSubmit={submit}>
        {errors.map((error) => (
          <p key={error.message} className="refusal">
            <Message text={error.message} />
          </p>
        ))}
        {wanted.map((name) => (
          <label key={name} className="field">
            <span>{labelOf(name)}</span>
            <input
              required
              value={values[name] ?? ''}
              onChange={({ target }) => setValues({ ...values, [name]: target.value })}
            />
            <small>
              HubSpot's property <code>{name}</code>
            </small>
          </label>
        ))}
        <div className="actions">
          <button type="button" onClick={close}>
            Leave the deal where it is
          </button>
          {wanted.length > 0 && (
            <button type="submit" className="primary">
              Save and move
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function propertyOf(error: UserError): string | undefined {
  return 'property' in error ? (error.property ?? undefined) : undefined;
}

/** `closed_lost_reason` as `Closed lost reason`. */
function labelOf(property: string): string {
  const words = property.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
