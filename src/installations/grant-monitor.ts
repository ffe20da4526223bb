import { LRUCache } from 'lru-cache';
import { GatewayError, type Remedy } from '../errors.ts';
import type { OAuthClient } from '../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Installation, InstallationStatusReason } from '../storage/installation.ts';
import type { InstallationStore } from '../storage/installation-store.ts';
import type { InstallationCache } from './installation-cache.ts';
import { introspectWithRetry } from './retrying-oauth.ts';

/** Time between two rechecks of a grant, since HubSpot can also refuse calls for other reasons than scopes. */
const RECHECK_PAUSE_MS = 60_000;
/** The same after a recheck without an answer. */
const FAILED_RECHECK_PAUSE_MS = 5_000;
/** Timeout of a recheck, for which a request waits. */
const RECHECK_MS = 3_000;
const MAX_RECHECKED = 1_000;

export interface GrantMonitorOptions {
  readonly installations: InstallationStore;
  readonly installationCache: InstallationCache;
  readonly oauth: OAuthClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Records that a grant was lost or recovered, or that its scopes changed. */
export class GrantMonitor {
  readonly #options: GrantMonitorOptions;
  readonly #rechecked = new LRUCache<string, { readonly until: number; readonly installation: Promise<Installation> }>({
    max: MAX_RECHECKED,
  });

  constructor(options: GrantMonitorOptions) {
    this.#options = options;
  }

  /**
   * HubSpot has ended the grant: marks the installation and logs it once. Returns the error for the caller; `undefined`
   * when another replica was first, or has saved tokens meanwhile, so that the caller must read the tokens again.
   */
  async expire(
    installation: Installation,
    version: number,
    reason: InstallationStatusReason,
  ): Promise<GatewayError | undefined> {
    const { installations, installationCache, logger } = this.#options;
    const marked = await installations.expire(installation, version, reason);
    if (!marked) {
      installationCache.forget(installation);
      return undefined;
    }
    const lost = { status: 'REAUTHORIZATION_REQUIRED', statusReason: reason } as const;
    installationCache.changed({ ...installation, ...lost, grantVersion: installation.grantVersion + 1 });
    logger.warn({ tenantId: installation.tenantId, installationId: installation.id, reason }, 'grant lost');
    return reauthorizationRequired({ ...installation, statusReason: reason });
  }

  /** The error for an installation without tokens: it was disconnected, or its grant has ended. */
  async lost(installation: Installation): Promise<GatewayError> {
    this.#options.installationCache.forget(installation);
    return (await this.over(installation)) ?? notConnected(installation.id);
  }

  /** The error for a grant that has ended, as this or another replica has found; `undefined` while it is valid. */
  async over(installation: Installation): Promise<GatewayError | undefined> {
    const { installationCache } = this.#options;
    const { readCount } = installationCache;
    const find = (all: readonly Installation[]) => all.find(({ id }) => id === installation.id);
    if (find(await installationCache.list(installation))?.status === 'ACTIVE') return undefined;
    const current = find(await installationCache.current(installation, readCount));
    return current ? grantOver(current) : notConnected(installation.id);
  }

  /** Restores a grant whose tokens arrived after it was marked as lost. */
  async recovered(installation: Installation): Promise<void> {
    const { installations, installationCache, logger } = this.#options;
    if (!(await installations.recover(installation))) return;
    installationCache.forget(installation);
    logger.info({ installationId: installation.id }, 'grant recovered');
  }

  /**
   * Starts an introspection in the background when a refresh reports other scopes than the stored ones, or when the
   * installing user is still unknown.
   */
  noticeScopes(installation: Installation, scopes: readonly string[] | undefined, accessToken: string): void {
    const hasChanged = scopes !== undefined && !sameScopes(scopes, installation.grantedScopes);
    if (hasChanged || installation.installedBy === null) void this.recheck(installation, accessToken);
  }

  /**
   * Reads the granted scopes again, stores them, and resolves with the installation. Within a minute of the last recheck
   * of the grant, or without an answer from HubSpot, it resolves with the known installation.
   */
  async recheck(installation: Installation, accessToken: string): Promise<Installation> {
    const { clock, logger } = this.#options;
    const key = `${installation.tenantId}\n${installation.id}\n${installation.grantVersion}`;
    const known = this.#rechecked.get(key);
    if (known && clock.monotonic() < known.until) return known.installation;
    const checked = this.#introspect(installation, accessToken).catch((err: unknown) => {
      logger.warn({ err, installationId: installation.id }, 'granted scopes could not be read again');
      this.#rechecked.set(key, { until: clock.monotonic() + FAILED_RECHECK_PAUSE_MS, installation: checked });
      return installation;
    });
    this.#rechecked.set(key, { until: clock.monotonic() + RECHECK_PAUSE_MS, installation: checked });
    return checked;
  }

  async #introspect(installation: Installation, accessToken: string): Promise<Installation> {
    const { oauth, installations, installationCache, clock, logger } = this.#options;
    const retryOptions = { oauth, clock, giveUpAt: clock.monotonic() + RECHECK_MS };
    const identity = await introspectWithRetry(retryOptions, accessToken);
    if (identity?.hubId !== installation.hubId) return installation;
    const isSame = sameScopes(identity.scopes, installation.grantedScopes);
    if (isSame && (installation.installedBy !== null || identity.user === null)) return installation;
    const changed = await installations.updateGrant(installation, identity);
    if (changed) installationCache.changed(changed);
    else installationCache.forget(installation);
    if (!isSame) logger.info({ installationId: installation.id, scopes: identity.scopes }, 'granted scopes changed');
    return changed ?? installation;
  }
}

function sameScopes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((scope) => b.includes(scope));
}

/** The error for calls under the grant of an installation; `undefined` while the grant is valid. */
export function grantOver(installation: Installation): GatewayError | undefined {
  if (installation.status === 'REAUTHORIZATION_REQUIRED') return reauthorizationRequired(installation);
  return installation.status === 'DISCONNECTED' ? notConnected(installation.id) : undefined;
}

function reauthorizationRequired(installation: Installation): GatewayError<'REAUTHORIZATION_REQUIRED'> {
  return connectAgain(installation, 'HubSpot no longer accepts the consent for this portal.');
}

/** The error for stored tokens that were altered. The installation stays unchanged, since an operator may restore them. */
export function tokensUnreadable(installation: Installation): GatewayError<'REAUTHORIZATION_REQUIRED'> {
  return connectAgain(installation, 'The stored consent for this portal cannot be read.');
}

function connectAgain(
  { id: installationId, grantedScopes: scopes, statusReason: reason }: Installation,
  why: string,
): GatewayError<'REAUTHORIZATION_REQUIRED'> {
  const remedy = { mutation: 'connectHubSpot', input: { installationId, scopes } } as const;
  return new GatewayError('REAUTHORIZATION_REQUIRED', `${why} Connect it again.`, { installationId, reason, remedy });
}

/** @param installationId of an installation that was disconnected */
export function notConnected(installationId?: string): GatewayError<'NOT_CONNECTED'> {
  return connectFirst('No HubSpot portal is connected.', installationId === undefined ? {} : { installationId });
}

/** The error for a portal that the viewer has not connected, where each viewer connects for themselves. */
export function portalNotConnected(): GatewayError<'NOT_CONNECTED'> {
  return connectFirst('You have not connected this HubSpot portal.', {});
}

function connectFirst(message: string, input: Remedy['input']): GatewayError<'NOT_CONNECTED'> {
  return new GatewayError('NOT_CONNECTED', message, { remedy: { mutation: 'connectHubSpot', input } });
}
