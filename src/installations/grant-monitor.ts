import { LRUCache } from 'lru-cache';
import { GatewayError } from '../errors.ts';
import type { OAuthClient } from '../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../lib/logging/logger.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Installation, InstallationStatusReason, InstallationStore } from '../storage/installation-store.ts';
import type { InstallationCache } from './installation-cache.ts';
import { introspectWithRetry } from './retrying-oauth.ts';

/** A portal that refuses for reasons of its own is not asked for its scopes at every call. */
const RECHECK_PAUSE_MS = 60_000;
/** Without an answer it is asked again sooner. */
const FAILED_RECHECK_PAUSE_MS = 5_000;
/** A request waits for the recheck: it ends by then. */
const RECHECK_MS = 3_000;
const MAX_RECHECKED = 1_000;

export interface GrantMonitorOptions {
  readonly installations: InstallationStore;
  readonly installationCache: InstallationCache;
  readonly oauth: OAuthClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Follows what becomes of a grant: lost, recovered, or changed in its scopes. */
export class GrantMonitor {
  readonly #options: GrantMonitorOptions;
  readonly #rechecked = new LRUCache<string, { readonly until: number; readonly installation: Promise<Installation> }>({
    max: MAX_RECHECKED,
  });

  constructor(options: GrantMonitorOptions) {
    this.#options = options;
  }

  /**
   * HubSpot does not know the grant any more. Marked once, told once; the answer is for whoever asked. `undefined` when
   * somebody was first, or saved tokens meanwhile: what holds now is to be read again.
   */
  async expire(
    installation: Installation,
    version: number,
    reason: InstallationStatusReason,
  ): Promise<GatewayError | undefined> {
    const { installations, installationCache, logger } = this.#options;
    const marked = await installations.expire(installation, version, reason);
    if (!marked) {
      installationCache.forget(installation.tenantId);
      return undefined;
    }
    const lost = { status: 'REAUTHORIZATION_REQUIRED', statusReason: reason } as const;
    installationCache.changed({ ...installation, ...lost, grantVersion: installation.grantVersion + 1 });
    logger.warn({ tenantId: installation.tenantId, installationId: installation.id, reason }, 'grant lost');
    return reauthorizationRequired({ ...installation, statusReason: reason });
  }

  /** Why an installation has no tokens: it was disconnected, or its grant is over. */
  async lost(installation: Installation): Promise<GatewayError> {
    this.#options.installationCache.forget(installation.tenantId);
    return (await this.over(installation)) ?? notConnected(installation.id);
  }

  /** What became of a grant that this replica, or another one, found to be over; `undefined` while it stands. */
  async over({ tenantId, id }: Installation): Promise<GatewayError | undefined> {
    const { installationCache } = this.#options;
    const { moment } = installationCache;
    const find = (all: readonly Installation[]) => all.find((installation) => installation.id === id);
    if (find(await installationCache.list(tenantId))?.status === 'ACTIVE') return undefined;
    const current = find(await installationCache.current(tenantId, moment));
    return current ? grantOver(current) : notConnected(id);
  }

  /** Tokens came after all, when they had been given up. */
  async recovered(installation: Installation): Promise<void> {
    const { installations, installationCache, logger } = this.#options;
    if (!(await installations.recover(installation))) return;
    installationCache.forget(installation.tenantId);
    logger.info({ installationId: installation.id }, 'grant recovered');
  }

  /**
   * A refresh named other scopes than are stored, or nobody told yet who consented: HubSpot's introspection says it.
   * Runs by itself.
   */
  noticeScopes(installation: Installation, scopes: readonly string[] | undefined, accessToken: string): void {
    const isNews = scopes !== undefined && !sameScopes(scopes, installation.grantedScopes);
    if (isNews || installation.installedBy === null) void this.recheck(installation, accessToken);
  }

  /**
   * Reads the granted scopes again and stores them; the installation as it is now. Asked again for the same grant
   * within a minute, or without an answer of HubSpot, it is what is known already.
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
    const patience = { oauth, clock, giveUpAt: clock.monotonic() + RECHECK_MS };
    const identity = await introspectWithRetry(patience, accessToken);
    if (identity?.hubId !== installation.hubId) return installation;
    const isSame = sameScopes(identity.scopes, installation.grantedScopes);
    if (isSame && (installation.installedBy !== null || identity.user === null)) return installation;
    const changed = await installations.updateGrant(installation, identity);
    if (changed) installationCache.changed(changed);
    else installationCache.forget(installation.tenantId);
    if (!isSame) logger.info({ installationId: installation.id, scopes: identity.scopes }, 'granted scopes changed');
    return changed ?? installation;
  }
}

function sameScopes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((scope) => b.includes(scope));
}

/** Why nothing can be done under the grant of an installation; `undefined` while it stands. */
export function grantOver(installation: Installation): GatewayError | undefined {
  if (installation.status === 'REAUTHORIZATION_REQUIRED') return reauthorizationRequired(installation);
  return installation.status === 'DISCONNECTED' ? notConnected(installation.id) : undefined;
}

function reauthorizationRequired(installation: Installation): GatewayError<'REAUTHORIZATION_REQUIRED'> {
  return toBeConnectedAgain(installation, 'HubSpot does not accept the consent for this portal any more.');
}

/** Its stored tokens were altered. Nothing is changed: what a person restores serves again. */
export function tokensUnreadable(installation: Installation): GatewayError<'REAUTHORIZATION_REQUIRED'> {
  return toBeConnectedAgain(installation, 'The stored consent for this portal cannot be read.');
}

function toBeConnectedAgain(
  { id: installationId, grantedScopes: scopes, statusReason: reason }: Installation,
  why: string,
): GatewayError<'REAUTHORIZATION_REQUIRED'> {
  const remedy = { mutation: 'connectHubSpot', input: { installationId, scopes } } as const;
  return new GatewayError('REAUTHORIZATION_REQUIRED', `${why} Connect it again.`, { installationId, reason, remedy });
}

/** `installationId` when it is one that was disconnected. */
export function notConnected(installationId?: string): GatewayError<'NOT_CONNECTED'> {
  const input = installationId === undefined ? {} : { installationId };
  return new GatewayError('NOT_CONNECTED', 'No HubSpot portal is connected.', {
    remedy: { mutation: 'connectHubSpot', input },
  });
}
