import { useState } from 'react';
import type { ContactsQuery } from '../graphql/graphql.ts';
import { CONTACTS } from '../operations.ts';
import { EditContact } from './edit-contact.tsx';
import { fullName, money } from './format.ts';
import { Problems } from './problems.tsx';
import type { ViewProps } from './sales.tsx';
import { useQuery } from './use-query.ts';

export type Contact = NonNullable<NonNullable<ContactsQuery['installation']>['contacts']>['nodes'][number];

/** Contacts with their deals, twelve on a page. */
export function ContactTable({ portal, reads, reload }: ViewProps) {
  /** The cursors of the pages before this one. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [edited, setEdited] = useState<Contact>();
  const variables = { portal: portal.id, after: cursors.at(-1) ?? null };
  const { data, errors, isLoading } = useQuery(CONTACTS, variables, reads);
  const page = data?.installation?.contacts;
  const end = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
  return (
    <section aria-label="Contacts" aria-busy={isLoading}>
      <Problems errors={errors} />
      {!data && isLoading && <p className="hint">Reading contacts …</p>}
      {page && (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Company</th>
                <th scope="col">Owner</th>
                <th scope="col">Deals</th>
                <th scope="col">
                  <span className="hidden">Edit</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {page.nodes.map((contact) => (
                <ContactRow
                  key={contact.id}
                  contact={contact}
                  isOwnerRefused={errors.some((e) => e.code === 'MISSING_SCOPES' && e.path?.includes('owner'))}
                  edit={() => setEdited(contact)}
                />
              ))}
            </tbody>
          </table>
          <div className="pages">
            <button type="button" disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
              Previous
            </button>
            <span>Page {cursors.length + 1}</span>
            <button type="button" disabled={!end} onClick={() => end && setCursors([...cursors, end])}>
              Next
            </button>
          </div>
        </>
      )}
      {edited && (
        <EditContact
          contact={edited}
          close={() => setEdited(undefined)}
          saved={() => {
            setEdited(undefined);
            reload();
          }}
        />
      )}
    </section>
  );
}

interface ContactRowProps {
  readonly contact: Contact;
  readonly isOwnerRefused: boolean;
  readonly edit: () => void;
}

function ContactRow({ contact, isOwnerRefused, edit }: ContactRowProps) {
  const deals = contact.deals?.nodes;
  return (
    <tr>
      <th scope="row">
        {fullName(contact)}
        <span className="detail">{contact.email}</span>
      </th>
      <td data-label="Company">
        <div>
          {contact.companyName ?? '–'}
          <span className="detail">{contact.jobTitle}</span>
        </div>
      </td>
      <td data-label="Owner">{contact.owner ? fullName(contact.owner) : isOwnerRefused ? <NotAllowed /> : '–'}</td>
      <td data-label="Deals">
        {!deals && <NotAllowed />}
        {deals?.length === 0 && '–'}
        <ul>
          {deals?.map((deal) => (
            <li key={deal.id}>
              {deal.name} <span className="amount">{money(deal.amount, deal.currency)}</span>
            </li>
          ))}
        </ul>
      </td>
      <td>
        <button type="button" onClick={edit}>
          Edit <span className="hidden">{fullName(contact)}</span>
        </button>
      </td>
    </tr>
  );
}

function NotAllowed() {
  return <span className="refused">Not allowed</span>;
}
