import { GatewayError, isGatewayError } from '../../errors.ts';
import { authorizeUrl, type OAuthClient, OAuthError } from '../../hubspot/oauth/oauth-client.ts';
import { Allowance } from '../../lib/allowance.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { randomSecret, secretEquals, sha256 } from '../../lib/secret.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { repeat } from '../../lib/time/repeat.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
  PendingConnection,
} from '../../storage/authorization-request-store.ts';
import type { Installation, InstallationStore } from '../../storage/installation-store.ts';
import type { InstallationCache } from '../installation-cache.ts';
import { scheduleOf } from '../refresh-policy.ts';
import { type FlowCookie, FlowCookies } from './flow-cookies.ts';
import { type RedeemedCode, redeemCode } from './redeem-code.ts';
import { type RegisteredScopes, requestedScopes, type ScopeOptions } from './requested-scopes.ts';
import { acceptReturnUrl } from './return-url.ts';

/** Time for the consent page of HubSpot. RFC 9700 § 4.7 recommends a short one. */
const FLOW_TTL_MS = 10 * 60 * 1000;
/** Flows that a viewer may start within `FLOW_TTL_MS`. Each stores a row, and its callback can cause two HubSpot calls. */
const MAX_FLOWS = 100;
/** Lifetime of a handle: HubSpot's codes are valid for minutes only. */
const HANDLE_TTL_MS = 5 * 60 * 1000;
/** Time from a code to the saved installation. The browser shows a blank page meanwhile. */
const FINISH_MS = 9_000;
/** The least time for the database to save the tokens, even if HubSpot was slow. */
const LEAST_STORAGE_MS = 1_000;
/** Retries of a failed database access of a flow. */
const STORAGE_RETRY_MS = 2_000;
const STORAGE_PAUSE_MS = 100;

/** Error codes of RFC 6749 and of HubSpot. Other text can come from the author of a forged URL, and is not logged. */
const ERROR_CODE = /^[a-z_]{1,40}$/;

/** The user of a tenant who starts or completes a flow. */
export interface FlowOwner {
  readonly tenantId: string;
  readonly viewerId: string;
}

export interface ConnectRequest extends ScopeOptions {
  /** The installation to reconnect, or to add scopes to. The consent of another portal is then refused. */
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

/** The outcome of a callback. `invalid`: the state is unknown, so there is no URL to return to. */
export type CallbackOutcome =
  | { readonly kind: 'connected'; readonly installation: Installation; readonly returnTo: string | null }
  | { readonly kind: 'confirm'; readonly handle: string; readonly returnTo: string | null }
  | { readonly kind: 'failed'; readonly reason: ConnectFailure; readonly returnTo: string | null }
  | { readonly kind: 'invalid' };

/** HubSpot's answer: a code or an error, never both. */
export type CallbackAnswer = { readonly code: string } | { readonly error: string };

export interface ConnectOptions {
  readonly clientId: string;
  readonly authorizeUrl: string;
  /** Identical in the authorization and the token request, and never built from a Host header. */
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

/** The connect flow: start, callback, and the viewer's confirmation when the callback came from another browser. */
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
   * Handles the callback. It redeems the state first, so that the state is used up after any outcome.
   * @param cookieValue of the cookie `cookies.nameFor(state)`, if the browser sent one
   */
  async callback(state: string, answer: CallbackAnswer, cookieValue: string | undefined): Promise<CallbackOutcome> {
    const request = await this.#retryStorage(() => this.#options.requests.take(state));
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
   * Completes a flow after the confirmation of the viewer who started it. Another viewer uses up the handle in vain.
   * @throws GatewayError FORBIDDEN, BAD_USER_INPUT, HUBSPOT_UNAVAILABLE or STORAGE_UNAVAILABLE
   */
  async complete(owner: FlowOwner, handle: string): Promise<Installation> {
    const pending = await this.#retryStorage(() => this.#options.requests.takePending(handle));
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
        ? 'The consent is for another portal than that of this installation. Nothing was changed.'
        : 'HubSpot no longer accepts the consent. Connect again.';
    throw new GatewayError('BAD_USER_INPUT', message, { argument: 'connection' });
  }

  async #keepForConfirmation(request: AuthorizationRequest, code: string): Promise<string> {
    const { tenantId, viewerId, codeVerifier, installationId } = request;
    const pending: PendingConnection = { tenantId, viewerId, codeVerifier, installationId, code };
    return this.#retryStorage(async () => {
      // A new handle for each attempt: the previous row may exist although the answer was lost.
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
    // The tokens of another portal are not revoked: HubSpot does not document whether a revocation also ends the other
    // refresh tokens of the app in that portal, which can belong to another tenant.
    if (await this.#retryStorage(() => this.#isOtherPortal(flow, hubId), giveUpAt))
      return { failure: 'portal_mismatch' };
    const installation = await this.#save(flow.tenantId, redeemed, giveUpAt);
    logger.info({ tenantId: flow.tenantId, installationId: installation.id, hubId }, 'portal connected');
    return { installation };
  }

  /** Saves the tokens, with retries, because a code cannot be redeemed again. */
  async #save(tenantId: string, redeemed: RedeemedCode, giveUpAt: number): Promise<Installation> {
    const { installations, installationCache, logger } = this.#options;
    const { identity, accessToken, refreshToken, expiresInMs } = redeemed;
    const { hubId, hubDomain, user: installedBy, scopes: grantedScopes } = identity;
    const tokens = { ...scheduleOf(expiresInMs), accessToken, refreshToken };
    const grant = { tenantId, hubId, hubDomain, installedBy, grantedScopes, tokens };
    const installation = await this.#retryStorage(() => installations.connect(grant), giveUpAt).catch(
      (err: unknown) => {
        logger.error({ err, tenantId, hubId }, 'the tokens of a consent could not be saved');
        throw err;
      },
    );
    installationCache.changed(installation);
    return installation;
  }

  /** Retries a failed database access until `giveUpAt`. */
  #retryStorage<T>(work: () => Promise<T>, giveUpAt = this.#options.clock.monotonic() + STORAGE_RETRY_MS): Promise<T> {
    const { clock, logger } = this.#options;
    const endsAt = Math.max(giveUpAt, clock.monotonic() + LEAST_STORAGE_MS);
    return repeat(clock, work, (err) => {
      if (clock.monotonic() + STORAGE_PAUSE_MS > endsAt) return undefined;
      if (!isGatewayError(err, 'STORAGE_UNAVAILABLE'))
        logger.warn({ err }, 'the database access of a connect flow failed and will be repeated');
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
