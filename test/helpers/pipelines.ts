import { LocalShare } from '../../src/connector/budget-share.ts';
import { MetadataCache } from '../../src/connector/metadata-cache.ts';
import { PortalOutages } from '../../src/connector/portal-outages.ts';
import { PortalPipelines } from '../../src/connector/portal-pipelines.ts';
import { type RateGovernor, RateGovernors } from '../../src/connector/rate-governor.ts';
import type { Send } from '../../src/hubspot/client.ts';
import type { GrantKeeper } from '../../src/installations/grant-keeper.ts';
import type { TokenManager } from '../../src/installations/token-manager.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import type { Installation } from '../../src/storage/installation-store.ts';
import type { FakeHubspot } from './batching.ts';

export function installation(facts: Partial<Installation> = {}): Installation {
  return {
    id: 'Installation:1',
    tenantId: 'acme',
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

/** Pipelines to `hubspot`; each installation's token names its tenant, itself and its grant's version. */
export function pipelinesTo(
  hubspot: FakeHubspot,
  options: {
    readonly transport?: Send;
    readonly acquire?: RateGovernor['acquire'];
    readonly accessToken?: TokenManager['accessToken'];
  } = {},
): PortalPipelines {
  const { transport = hubspot.send, acquire } = options;
  const { accessToken = async (of) => ({ value: tokenOf(of), version: 1 }) } = options;
  const governors = new RateGovernors({
    clock: hubspot.clock,
    metrics: createMetrics(),
    logger: silentLogger,
    createShare: (_hubId, usage) => new LocalShare(usage),
  });
  const governorOf = (hubId: number) => Object.assign(governors.of(hubId), acquire && { acquire });
  const tokens: Pick<TokenManager, 'accessToken' | 'accepted'> = { accessToken, accepted: () => {} };
  return new PortalPipelines({
    // As far as calls that succeed need them.
    tokens: tokens as TokenManager,
    grants: {} as GrantKeeper,
    transport,
    apiVersion: '2026-09',
    metadata: new MetadataCache(hubspot.clock),
    governors: { of: governorOf },
    outages: new PortalOutages(hubspot.clock, silentLogger),
    clock: hubspot.clock,
  });
}

export function tokenOf({ tenantId, id, grantVersion }: Installation): string {
  return `${tenantId} ${id} ${grantVersion}`;
}
