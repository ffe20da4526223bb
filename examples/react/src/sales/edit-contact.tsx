import { type FormEvent, useState } from 'react';
import { gateway } from '../gateway.ts';
import type { SaveContactMutation } from '../graphql/graphql.ts';
import { SAVE_CONTACT } from '../operations.ts';
import type { Contact } from './contact-table.tsx';
import { Dialog } from './dialog.tsx';
import { fullName } from './format.ts';
import { Message } from './message.tsx';

const FIELDS = { email: 'E-mail address', phone: 'Telephone', jobTitle: 'Job title' } as const;
type Field = keyof typeof FIELDS;
type UserError = NonNullable<SaveContactMutation['updateContact']>['userErrors'][number];

interface EditContactProps {
  readonly contact: Contact;
  readonly close: () => void;
  readonly saved: () => void;
}

/** Edits a contact. HubSpot checks the values; what it refuses stands beside the field. */
export function EditContact({ contact, close, saved }: EditContactProps) {
  const [values, setValues] = useState<Readonly<Record<Field, string>>>({
    email: contact.email ?? '',
    phone: contact.phone ?? '',
    jobTitle: contact.jobTitle ?? '',
  });
  const [refusals, setRefusals] = useState<readonly UserError[]>([]);
  const [failure, setFailure] = useState<string>();
  const [isSaving, setSaving] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    const { data, errors } = await gateway.request(SAVE_CONTACT, { input: { id: contact.id, ...values } });
    setSaving(false);
    const userErrors = data?.updateContact?.userErrors ?? [];
    setRefusals(userErrors);
    setFailure(errors[0]?.message);
    if (errors.length === 0 && userErrors.length === 0) saved();
  };

  const refusalOf = (field: Field) => refusals.find(({ path }) => path?.at(-1) === field);
  const general = refusals.filter(
    (refusal) => !Object.keys(FIELDS).some((field) => refusalOf(field as Field) === refusal),
  );
  return (
    <Dialog title={`Edit ${fullName(contact)}`} close={close}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {(Object.keys(FIELDS) as Field[]).map((field) => {
          const refusal = refusalOf(field);
          return (
            <label key={field} className="field">
              <span>{FIELDS[field]}</span>
              <input
                value={values[field]}
                aria-invalid={refusal !== undefined}
                onChange={({ target }) => setValues({ ...values, [field]: target.value })}
              />
              {refusal && <Refusal error={refusal} />}
            </label>
          );
        })}
        {general.map((refusal) => (
          <Refusal key={refusal.message} error={refusal} />
        ))}
        {failure && <p className="refusal">{failure}</p>}
        <div className="actions">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={isSaving} aria-busy={isSaving}>
            Save in HubSpot
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Refusal({ error }: { readonly error: UserError }) {
  const property = 'property' in error ? error.property : null;
  return (
    <span className="refusal" role="alert">
      HubSpot refused it: <Message text={error.message} />
      {property && (
        <>
          {' '}
          <small>
            (property <code>{property}</code>)
          </small>
        </>
      )}
    </span>
  );
}
