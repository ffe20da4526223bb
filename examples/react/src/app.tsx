import { HubSpotProvider } from 'hubspot-graphql-gateway-client/react';
import { useState } from 'react';
import { BehindThePage } from './demo/behind-the-page.tsx';
import { PlayHubSpot } from './demo/play-hubspot.tsx';
import { gateway } from './gateway.ts';
import { PORTALS } from './operations.ts';
import { PortalBar } from './sales/portal-bar.tsx';
import { Sales } from './sales/sales.tsx';
import { useQuery } from './sales/use-query.ts';

export function App() {
  const [reads, setReads] = useState(0);
  const [selected, setSelected] = useState<string>();
  const reload = () => setReads((count) => count + 1);
  const connected = (installationId: string) => {
    setSelected(installationId);
    reload();
  };
  return (
    <HubSpotProvider
      client={gateway}
      options={{ mode: 'popup' }}
      onConnected={connected}
      fallback={<p className="returning">Back from HubSpot …</p>}
    >
      <Page reads={reads} reload={reload} selected={selected} select={setSelected} />
    </HubSpotProvider>
  );
}

interface PageProps {
  /** How often everything was read again. */
  readonly reads: number;
  readonly reload: () => void;
  readonly selected: string | undefined;
  readonly select: (installationId: string) => void;
}

function Page({ reads, reload, selected, select }: PageProps) {
  const { data, errors, isLoading } = useQuery(PORTALS, {}, reads);
  const portals = data?.installations ?? [];
  const portal = portals.find(({ id }) => id === selected) ?? portals[0];
  return (
    <>
      <header className="top">
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" /> Sales
        </h1>
        <p>
          A small frontend of the HubSpot GraphQL gateway. HubSpot is simulated on this machine. No data leaves it.{' '}
          <a href="/graphql">Open GraphiQL</a>
        </p>
      </header>
      <div className="columns">
        <main>
          <PortalBar portals={portals} portal={portal} select={select} isLoading={isLoading && !data} errors={errors} />
          {portal && <Sales key={portal.id} portal={portal} reads={reads} reload={reload} />}
        </main>
        <aside aria-label="About the demo">
          {portal && <PlayHubSpot portal={portal} reload={reload} />}
          <BehindThePage />
        </aside>
      </div>
    </>
  );
}
