import type { GatewayError } from 'hubspot-graphql-gateway-client';
import { ConnectHubSpot, useHubSpotConnection } from 'hubspot-graphql-gateway-client/react';
import type { PortalsQuery } from '../graphql/graphql.ts';
import { Problems } from './problems.tsx';

export type Portal = NonNullable<PortalsQuery['installations']>[number];

const STATUS = {
  ACTIVE: 'Connected',
  REAUTHORIZATION_REQUIRED: 'Connect again',
  DISCONNECTED: 'Disconnected',
} as const;

interface PortalBarProps {
  readonly portals: readonly Portal[];
  readonly portal: Portal | undefined;
  readonly select: (installationId: string) => void;
  readonly isLoading: boolean;
  readonly errors: readonly GatewayError[];
}

/** The connected portals, and the button that connects another one. */
export function PortalBar({ portals, portal, select, isLoading, errors }: PortalBarProps) {
  const { result } = useHubSpotConnection();
  return (
    <section className="portals" aria-label="HubSpot portals" aria-busy={isLoading}>
      <ul>
        {portals.map(({ id, hubId, hubDomain, status }) => (
          <li key={id}>
            <button type="button" className="portal" aria-pressed={id === portal?.id} onClick={() => select(id)}>
              <strong>{hubDomain ?? `Portal ${hubId}`}</strong>
              <span className={`status ${status.toLowerCase()}`}>{STATUS[status]}</span>
            </button>
          </li>
        ))}
        <li>
          <ConnectHubSpot className="primary">
            {portals.length > 0 ? 'Connect another portal' : 'Connect HubSpot'}
          </ConnectHubSpot>
        </li>
      </ul>
      {result?.status === 'failed' && (
        <p className="notice warning" role="alert">
          {result.message}
        </p>
      )}
      <Problems errors={errors} />
    </section>
  );
}
