import type { Hubspot } from '../hubspot/hubspot.ts';
import type { Installations } from '../installations/installations.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { ViewerId } from '../storage/default-installation-store.ts';
import type { Stores } from '../storage/stores.ts';
import { Connectors } from './connectors.ts';
import type { RecordClasses } from './crm-record.ts';
import { MetadataCache } from './metadata/metadata-cache.ts';
import { PortalOutages } from './middleware/portal-outages.ts';
import { PortalClients } from './portal-clients.ts';
import { LeasedQuotas } from './rate-limit/leased-quotas.ts';
import { LocalQuota, type SharedBudget } from './rate-limit/quota.ts';
import { RateLimiters } from './rate-limit/rate-limiter.ts';
import { RecordCache } from './record-cache.ts';
import type { RequestContext } from './request-context.ts';

export interface PortalsOptions {
  readonly stores: Pick<Stores, 'installations' | 'quotaLeases'>;
  readonly hubspot: Pick<Hubspot, 'api'>;
  readonly installations: Pick<Installations, 'installationCache' | 'grants' | 'tokens'>;
  readonly recordClasses: RecordClasses;
  /** How long records stay in memory, in milliseconds; 0 for not at all. */
  readonly cacheTtlMs: number;
  /** The rate limits of a process without replicas; `undefined` when replicas share the limits. */
  readonly ownLimits: Partial<Record<SharedBudget, number>> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The connectors of all portals, and the rate limits, batches and caches that their requests share. */
export interface Portals {
  /** The connectors for one request of `viewer`. */
  connectorsFor(viewer: ViewerId, request: RequestContext): Connectors;
  /** Returns the leased rate limits. */
  close(): Promise<void>;
}

export function createPortals(options: PortalsOptions): Portals {
  const { stores, hubspot, installations, ownLimits, cacheTtlMs, clock, logger, metrics } = options;
  const { installationCache, grants, tokens } = installations;
  const leases = new LeasedQuotas({ store: stores.quotaLeases, clock, logger });
  const limiters = new RateLimiters({
    ...{ clock, metrics, logger },
    createQuota: (hubId, usage) => (ownLimits ? new LocalQuota(usage, ownLimits) : leases.of(hubId, usage)),
  });
  metrics.watchPausedPortals(() => limiters.paused);
  const portalClients = new PortalClients({
    ...{ tokens, grants, limiters, clock },
    transport: hubspot.api.send,
    apiVersion: hubspot.api.version,
    outages: new PortalOutages(clock, logger),
    metadata: new MetadataCache(clock),
    recordCache: cacheTtlMs > 0 ? new RecordCache({ ttlMs: cacheTtlMs, clock, metrics }) : undefined,
  });
  installationCache.onChange((change) => portalClients.changed(change));
  const { recordClasses } = options;
  const shared = { installationCache, installations: stores.installations, portalClients, limiters, recordClasses };
  return {
    connectorsFor: (viewer, request) => new Connectors(viewer, request, shared),
    close: () => leases.close(),
  };
}
