import { type FormEvent, type ReactNode, useState } from 'react';
import { SEARCH } from '../operations.ts';
import { fullName, money } from './format.ts';
import { Problems } from './problems.tsx';
import type { ViewProps } from './sales.tsx';
import { useQuery } from './use-query.ts';

/** One search through contacts, companies and deals. */
export function SearchPanel(props: ViewProps) {
  const [text, setText] = useState('');
  const [searched, setSearched] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSearched(text.trim());
  };
  return (
    <section aria-label="Search">
      <form className="search" onSubmit={submit}>
        <label className="field">
          <span>Search contacts, companies and deals</span>
          <input type="search" value={text} placeholder="Ridge" onChange={({ target }) => setText(target.value)} />
        </label>
        <button type="submit" className="primary">
          Search
        </button>
      </form>
      {searched && <Results {...props} text={searched} />}
    </section>
  );
}

function Results({ portal, reads, text }: ViewProps & { readonly text: string }) {
  const { data, errors, isLoading } = useQuery(SEARCH, { portal: portal.id, text }, reads);
  const { contacts, companies, deals } = data?.installation ?? {};
  return (
    <div className="results" aria-busy={isLoading} aria-live="polite">
      <Problems errors={errors} />
      {!data && isLoading && <p className="hint">Searching …</p>}
      <Found title="Contacts" found={contacts}>
        {(contact) => (
          <>
            {fullName(contact)} <span className="detail">{contact.email}</span>
          </>
        )}
      </Found>
      <Found title="Companies" found={companies}>
        {(company) => (
          <>
            {company.name} <span className="detail">{company.domain}</span>
          </>
        )}
      </Found>
      <Found title="Deals" found={deals}>
        {(deal) => (
          <>
            {deal.name} <span className="detail">{money(deal.amount, deal.currency)}</span>
          </>
        )}
      </Found>
    </div>
  );
}

interface FoundProps<Node> {
  readonly title: string;
  readonly found: { readonly totalCount: number | null; readonly nodes: readonly Node[] } | null | undefined;
  readonly children: (node: Node) => ReactNode;
}

function Found<Node extends { readonly id: string }>({ title, found, children }: FoundProps<Node>) {
  if (!found) return null;
  return (
    <section>
      <h2>
        {title} <span className="count">{found.totalCount}</span>
      </h2>
      <ul className="found">
        {found.nodes.map((node) => (
          <li key={node.id}>{children(node)}</li>
        ))}
      </ul>
    </section>
  );
}
