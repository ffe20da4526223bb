import { GatewayError, isGatewayError } from '../errors.ts';
import { authorizeUrl, type OAuthClient, OAuthError } from '../hubspot/oauth/oauth-client.ts';
import { Allowance } from '../lib/allowance.ts';
import type { Logger } from '../lib/logging/logger.ts';
import { randomSecret, secretEquals, sha256 } from '../lib/secret.ts';
import type { Clock } from '../lib/time/clock.ts';
import { repeat } from '../lib/time/repeat.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
  PendingConnection,
} from '../storage/authorization-request-store.ts';
import type { Installation, InstallationStore } from '../storage/installation-store.ts';
import { type FlowCookie, FlowCookies } from './flow-cookies.ts';
import type { InstallationCache } from './installation-cache.ts';
import { type RedeemedCode, redeemCode } from './redeem-code.ts';
import { scheduleOf } from './refresh-policy.ts';
import { type RegisteredScopes, requestedScopes, type ScopeWishes } from './requested-scopes.ts';
import { acceptReturnUrl } from './return-url.ts';

/** A person has this long at HubSpot's consent page. RFC 9700 § 4.7 wants it short. */
const FLOW_TTL_MS = 10 * 60 * 1000;
/** No person starts as many; each stores a row, and its callback may cost HubSpot two calls. */
const MAX_FLOWS = 100;
/** HubSpot's codes live for minutes; a handle need not live longer. */
const HANDLE_TTL_MS = 5 * 60 * 1000;
/** From a code to an installation: the person whom HubSpot sent back looks at a blank page meanwhile. */
const FINISH_MS = 9_000;
/** However long HubSpot took, the database gets so long to keep what came of it. */
const LEAST_STORAGE_MS = 1_000;
/** A database that does not take or give what belongs to a flow is asked again for so long, so often. */
const STORAGE_PATIENCE_MS = 2_000;
const STORAGE_PAUSE_MS = 100;

/** Codes of RFC 6749 and of HubSpot. Anything else came from whoever opened the URL, and is not repeated. */
const ERROR_CODE = /^[a-z_]{1,40}$/;

/** The user of a tenant who starts or completes a flow. */
export interface FlowOwner {
  readonly tenantId: string;
  readonly viewerId: string;
}

export interface ConnectRequest extends ScopeWishes {
  /** Reconnects or steps up this installation; another portal's consent is then refused. */
  readonly installation?: Installation | undefined;
  readonly returnTo?: string | undefined;
}

export interface StartedFlow {
  readonly authorizeUrl: string;
  readonly expiresAt: Date;
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** Binds the flow to this browser. */
  readonly cookie: FlowCookie;
}

export type ConnectFailure = 'access_denied' | 'exchange_failed' | 'portal_mismatch' | 'hubspot_error';

/** How a callback ended. `invalid`: the state was not good, nobody can be told but the browser itself. */
export type CallbackOutcome =
  | { readonly kind: 'connected'; readonly installation: Installation; readonly returnTo: string | null }
  | { readonly kind: 'confirm'; readonly handle: string; readonly returnTo: string | null }
  | { readonly kind: 'failed'; readonly reason: ConnectFailure; readonly returnTo: string | null }
  | { readonly kind: 'invalid' };

/** What HubSpot sent back: a code or an error, never both. */
export type CallbackAnswer = { readonly code: string } | { readonly error: string };

export interface ConnectOptions {
  readonly clientId: string;
  readonly authorizeUrl: string;
  /** Byte-identical in both legs, and never built from a request's Host header. */
  readonly redirectUri: () => string;
  readonly registeredScopes: RegisteredScopes;
  readonly returnUrls: readonly URL[];
  readonly oauth: OAuthClient;
  readonly installations: InstallationStore;
  readonly installationCache: InstallationCache;
  readonly requests: AuthorizationRequestStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The connect flow: start, callback, and the word of the viewer when the callback came back in another browser. */
export class ConnectFlow {
  readonly cookies: FlowCookies;
  readonly #starts: Allowance;
  readonly #options: ConnectOptions;

  constructor(options: ConnectOptions) {
    this.cookies = new FlowCookies(options);
    this.#options = options;
    this.#starts = new Allowance({ clock: options.clock, max: MAX_FLOWS, windowMs: FLOW_TTL_MS });
  }

  /** @throws GatewayError BAD_USER_INPUT or RATE_LIMITED */
  async start(owner: FlowOwner, request: ConnectRequest): Promise<StartedFlow> {
    const { clientId, redirectUri, registeredScopes, returnUrls, requests, clock } = this.#options;
    const { scopes, optionalScopes } = requestedScopes(registeredScopes, {
      ...request,
      granted: request.installation?.grantedScopes,
    });
    this.#admit(owner);
    const returnTo = request.returnTo === undefined ? null : acceptReturnUrl(request.returnTo, returnUrls);
    const [state, codeVerifier] = [randomSecret(), randomSecret()];
    const cookie = this.cookies.create(state, FLOW_TTL_MS);

    await requests.deleteExpired();
    await requests.save(
      state,
      {
        ...owner,
        codeVerifier,
        cookieHash: sha256(cookie.value),
        installationId: request.installation?.id ?? null,
        returnTo,
      },
      FLOW_TTL_MS,
    );
    return {
      authorizeUrl: authorizeUrl(this.#options.authorizeUrl, {
        clientId,
        redirectUri: redirectUri(),
        scopes,
        optionalScopes,
        state,
        codeChallenge: sha256(codeVerifier),
      }),
      expiresAt: new Date(clock.now() + FLOW_TTL_MS),
      scopes,
      optionalScopes,
      cookie,
    };
  }

  #admit({ tenantId, viewerId }: FlowOwner): void {
    const retryAfterMs = this.#starts.take(`${tenantId}\n${viewerId}`);
    if (retryAfterMs === 0) return;
    const message = `You have started ${MAX_FLOWS} connections within ten minutes. Wait before you start another one.`;
    throw new GatewayError('RATE_LIMITED', message, { retryAfterMs });
  }

  /**
   * The browser came back. The state is spent before anything else happens, whatever the outcome.
   * @param cookieValue of the cookie called `cookies.nameFor(state)`, where the browser sent one
   */
  async callback(state: string, answer: CallbackAnswer, cookieValue: string | undefined): Promise<CallbackOutcome> {
    const request = await this.#stored(() => this.#options.requests.take(state));
    if (!request) return { kind: 'invalid' };
    if ('error' in answer) return this.#refused(request, answer.error);
    const { returnTo } = request;
    if (cookieValue === undefined || !secretEquals(sha256(cookieValue), request.cookieHash)) {
      this.#options.logger.info(
        { ...owner(request), reason: cookieValue === undefined ? 'no_cookie' : 'other_cookie' },
        'a consent came back in another browser: it waits for the viewer who started',
      );
      return { kind: 'confirm', handle: await this.#keepForConfirmation(request, answer.code), returnTo };
    }
    const result = await this.#finish({ ...request, code: answer.code });
    if (!('failure' in result)) return { kind: 'connected', installation: result.installation, returnTo };
    this.#logFailure(request, result.failure);
    return { kind: 'failed', reason: result.failure, returnTo };
  }

  /** HubSpot sent an error instead of a code (RFC 6749 § 4.1.2.1). */
  #refused(request: AuthorizationRequest, error: string): CallbackOutcome {
    const reason = error === 'access_denied' ? 'access_denied' : 'hubspot_error';
    this.#options.logger.warn(
      { ...owner(request), reason, error: ERROR_CODE.test(error) ? error : undefined },
      'HubSpot sent an error instead of a consent',
    );
    return { kind: 'failed', reason, returnTo: request.returnTo };
  }

  /**
   * The viewer who started the flow says that it was he. Anybody else spends the handle and learns nothing.
   * @throws GatewayError FORBIDDEN, BAD_USER_INPUT, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE
   */
  async complete(owner: FlowOwner, handle: string): Promise<Installation> {
    const pending = await this.#stored(() => this.#options.requests.takePending(handle));
    if (!pending) {
      throw new GatewayError('BAD_USER_INPUT', 'This connection is unknown, already used or expired. Connect again.', {
        argument: 'connection',
      });
    }
    if (pending.tenantId !== owner.tenantId || pending.viewerId !== owner.viewerId) {
      this.#options.logger.warn(
        { startedBy: { tenantId: pending.tenantId, viewerId: pending.viewerId }, completedBy: { ...owner } },
        'a connection was refused: it was not started by the viewer who tried to complete it',
      );
      throw new GatewayError('FORBIDDEN', 'Only the viewer who started this connection may complete it.', {});
    }
    const result = await this.#finish(pending);
    if (!('failure' in result)) return result.installation;
    this.#logFailure(pending, result.failure);
    if (result.failure === 'hubspot_error') {
      throw new GatewayError('HUBSPOT_UNAVAILABLE', 'HubSpot could not confirm the connection. Connect again.', {});
    }
    const message =
      result.failure === 'portal_mismatch'
        ? 'Another portal gave its consent than the one of this installation. Nothing was changed.'
        : 'HubSpot did not accept the consent any more. Connect again.';
    throw new GatewayError('BAD_USER_INPUT', message, { argument: 'connection' });
  }

  async #keepForConfirmation(request: AuthorizationRequest, code: string): Promise<string> {
    const { tenantId, viewerId, codeVerifier, installationId } = request;
    const pending: PendingConnection = { tenantId, viewerId, codeVerifier, installationId, code };
    return this.#stored(async () => {
      // One for each try: the row of the last one may be there although its answer was lost.
      const handle = randomSecret();
      await this.#options.requests.savePending(handle, pending, HANDLE_TTL_MS);
      return handle;
    });
  }

  async #finish(flow: PendingConnection): Promise<{ installation: Installation } | { failure: ConnectFailure }> {
    const { clock, logger } = this.#options;
    const giveUpAt = clock.monotonic() + FINISH_MS;
    let redeemed: RedeemedCode | undefined;
    try {
      redeemed = await redeemCode(this.#options, flow);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      logger.warn({ err: error, tenantId: flow.tenantId }, 'HubSpot did not exchange the authorization code');
      return {
        failure: error.kind === 'invalid_grant' || error.kind === 'refused' ? 'exchange_failed' : 'hubspot_error',
      };
    }
    if (!redeemed) return { failure: 'exchange_failed' };
    const { hubId } = redeemed.identity;
    // The tokens of a mismatch are dropped, not revoked: the portal may be another tenant's installation, and
    // whether revoking one refresh token spares the others of the same app and portal is not documented.
    if (await this.#stored(() => this.#isOtherPortal(flow, hubId), giveUpAt)) return { failure: 'portal_mismatch' };
    const installation = await this.#save(flow.tenantId, redeemed, giveUpAt);
    logger.info({ tenantId: flow.tenantId, installationId: installation.id, hubId }, 'portal connected');
    return { installation };
  }

  /** A code is good once: what it brought is saved as soon as the database takes it. */
  async #save(tenantId: string, redeemed: RedeemedCode, giveUpAt: number): Promise<Installation> {
    const { installations, installationCache, logger } = this.#options;
    const { identity, accessToken, refreshToken, expiresInMs } = redeemed;
    const { hubId, hubDomain, user: installedBy, scopes: grantedScopes } = identity;
    const tokens = { ...scheduleOf(expiresInMs), accessToken, refreshToken };
    const grant = { tenantId, hubId, hubDomain, installedBy, grantedScopes, tokens };
    const installation = await this.#stored(() => installations.connect(grant), giveUpAt).catch((err: unknown) => {
      logger.error({ err, tenantId, hubId }, 'the tokens of a consent could not be saved');
      throw err;
    });
    installationCache.changed(installation);
    return installation;
  }

  /** A database that is away for a moment is asked again, until somebody has waited for long. */
  #stored<T>(work: () => Promise<T>, giveUpAt = this.#options.clock.monotonic() + STORAGE_PATIENCE_MS): Promise<T> {
    const { clock, logger } = this.#options;
    const endsAt = Math.max(giveUpAt, clock.monotonic() + LEAST_STORAGE_MS);
    return repeat(clock, work, (err) => {
      if (clock.monotonic() + STORAGE_PAUSE_MS > endsAt) return undefined;
      if (!isGatewayError(err, 'STORAGE_UNAVAILABLE')) logger.warn({ err }, 'a flow was not stored, trying again');
      return STORAGE_PAUSE_MS;
    });
  }

  #logFailure(flow: PendingConnection | AuthorizationRequest, reason: ConnectFailure): void {
    this.#options.logger.warn({ ...owner(flow), reason }, 'a portal was not connected');
  }

  async #isOtherPortal(flow: PendingConnection, hubId: number): Promise<boolean> {
    if (flow.installationId === null) return false;
    const known = await this.#options.installations.list(flow.tenantId);
    return known.find(({ id }) => id === flow.installationId)?.hubId !== hubId;
  }
}

function owner({ tenantId, viewerId }: FlowOwner): FlowOwner {
  return { tenantId, viewerId };
}
