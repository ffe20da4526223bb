import { MetadataCache } from '../../src/connector/metadata/metadata-cache.ts';
import { PortalOutages } from '../../src/connector/middleware/portal-outages.ts';
import { PortalClients } from '../../src/connector/portal-clients.ts';
import { LocalQuota } from '../../src/connector/rate-limit/quota.ts';
import { type RateLimiter, RateLimiters } from '../../src/connector/rate-limit/rate-limiter.ts';
import type { Send } from '../../src/hubspot/client.ts';
import type { GrantMonitor } from '../../src/installations/grant-monitor.ts';
import type { TokenManager } from '../../src/installations/token-manager.ts';
import { silentLogger } from '../../src/lib/logging/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { Installation } from '../../src/storage/installation.ts';
import type { FakeHubspot } from './batching.ts';

export function installation(facts: Partial<Installation> = {}): Installation {
  return {
    id: 'Installation:1',
    tenantId: 'acme',
    viewerId: null,
    hubId: 1_234_567,
    hubDomain: null,
    status: 'ACTIVE',
    statusReason: null,
    grantedScopes: ['crm.objects.contacts.read', 'crm.objects.deals.read'],
    grantVersion: 1,
    installedBy: null,
    connectedAt: 0,
    updatedAt: 0,
    ...facts,
  };
}

/** Portal clients for `hubspot`; each installation's token names its tenant, itself and its grant's version. */
export function portalClientsFor(
  hubspot: FakeHubspot,
  options: {
    readonly transport?: Send;
    readonly acquire?: RateLimiter['acquire'];
    readonly accessToken?: TokenManager['accessToken'];
  } = {},
): PortalClients {
  const { transport = hubspot.send, acquire } = options;
  const { accessToken = async (of) => ({ value: tokenOf(of), version: 1 }) } = options;
  const limiters = new RateLimiters({
    clock: hubspot.clock,
    metrics: createMetrics(),
    logger: silentLogger,
    createQuota: (_hubId, usage) => new LocalQuota(usage),
  });
  const limiterOf = (hubId: number) => Object.assign(limiters.of(hubId), acquire && { acquire });
  const tokens: Pick<TokenManager, 'accessToken' | 'accepted'> = { accessToken, accepted: () => {} };
  return new PortalClients({
    // As far as calls that succeed need them.
    tokens: tokens as TokenManager,
    grants: {} as GrantMonitor,
    transport,
    apiVersion: '2026-09',
    metadata: new MetadataCache(hubspot.clock),
    limiters: { of: limiterOf },
    outages: new PortalOutages(hubspot.clock, silentLogger),
    clock: hubspot.clock,
  });
}

export function tokenOf({ tenantId, id, grantVersion }: Installation): string {
  return `${tenantId} ${id} ${grantVersion}`;
}
