import { useState } from 'react';
import { ContactTable } from './contact-table.tsx';
import { DealBoard } from './deal-board.tsx';
import type { Portal } from './portal-bar.tsx';
import { SearchPanel } from './search-panel.tsx';

const VIEWS = { deals: 'Deals', contacts: 'Contacts', search: 'Search' } as const;

export interface ViewProps {
  readonly portal: Portal;
  /** How often everything was read again. */
  readonly reads: number;
  readonly reload: () => void;
}

/** Deals, contacts and search of one portal. */
export function Sales(props: ViewProps) {
  const [view, setView] = useState<keyof typeof VIEWS>('deals');
  return (
    <>
      <nav className="views" aria-label="Views">
        {(Object.keys(VIEWS) as (keyof typeof VIEWS)[]).map((name) => (
          <button
            key={name}
            type="button"
            aria-current={name === view ? 'page' : undefined}
            onClick={() => setView(name)}
          >
            {VIEWS[name]}
          </button>
        ))}
        <button type="button" className="reload" onClick={props.reload}>
          Read again
        </button>
      </nav>
      {view === 'deals' && <DealBoard {...props} />}
      {view === 'contacts' && <ContactTable {...props} />}
      {view === 'search' && <SearchPanel {...props} />}
    </>
  );
}
