import { useState } from 'react';
import { gateway } from '../gateway.ts';
import { DEAL_BOARD } from '../operations.ts';
import type { Portal } from '../sales/portal-bar.tsx';
import { bringHubSpotBack, changeDeal, exhaustLimit, removeScopes, takeHubSpotAway, uninstall } from './control.ts';

const DEALS_READ = 'crm.objects.deals.read';

interface PlayHubSpotProps {
  readonly portal: Portal;
  readonly reload: () => void;
}

/** Does what people and machines do in HubSpot, so that one sees what the gateway makes of it. */
export function PlayHubSpot({ portal, reload }: PlayHubSpotProps) {
  const [isAway, setAway] = useState(false);
  const [told, setTold] = useState('');
  const { hubId } = portal;
  const name = portal.hubDomain ?? hubId;

  const act = async (does: () => Promise<unknown>, story?: string) => {
    try {
      const done = await does();
      setTold(story ?? String(done));
    } catch (error) {
      setTold(error instanceof Error ? error.message : String(error));
    }
    reload();
  };

  const raise = async () => {
    const { data } = await gateway.request(DEAL_BOARD, { portal: portal.id });
    const { dealPipelines, deals } = data?.installation ?? {};
    const stage = dealPipelines?.[0]?.stages[0]?.id;
    const deal = deals?.nodes.find((one) => one.stage?.id === stage) ?? deals?.nodes[0];
    if (!deal) throw new Error('The page sees no deal that could change.');
    await changeDeal(hubId, deal.hubspotId, { amount: String(Math.round(Number(deal.amount ?? 0)) + 1_000) });
    return `A colleague raised the amount of “${deal.name}” by 1,000. The next read shows it.`;
  };

  return (
    <section className="panel play" aria-label="Play HubSpot">
      <h2>Play HubSpot</h2>
      <p className="hint">
        These buttons act on <strong>{name}</strong> in HubSpot, not in the gateway.
      </p>
      <div className="plays">
        <button type="button" onClick={() => act(raise)}>
          Change a deal
        </button>
        <button
          type="button"
          onClick={() =>
            act(
              () => removeScopes(hubId, [DEALS_READ]),
              'An admin took back the right to read deals. The gateway asks HubSpot for nothing that is not allowed.',
            )
          }
        >
          Take back a scope
        </button>
        <button
          type="button"
          onClick={() =>
            act(
              () => exhaustLimit(hubId),
              'Another app used up all calls of the next ten seconds. The gateway waits for the first free call.',
            )
          }
        >
          Use up the limit
        </button>
        <button
          type="button"
          aria-pressed={isAway}
          onClick={() => {
            setAway(!isAway);
            void act(
              isAway ? bringHubSpotBack : takeHubSpotAway,
              isAway
                ? 'HubSpot answers again.'
                : 'HubSpot answers every call with HTTP 503. The gateway repeats reads, then says so.',
            );
          }}
        >
          {isAway ? 'Bring HubSpot back' : 'Take HubSpot away'}
        </button>
        <button
          type="button"
          onClick={() =>
            act(
              () => uninstall(hubId),
              'An admin uninstalled the app. HubSpot no longer accepts the grant, so a person must connect again.',
            )
          }
        >
          Uninstall the app
        </button>
      </div>
      <p className="told" role="status">
        {told}
      </p>
    </section>
  );
}
