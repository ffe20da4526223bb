import { GatewayError } from '../../errors.ts';
import { authorizeUrl } from '../../hubspot/oauth/oauth-client.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { randomSecret, secretEquals, sha256 } from '../../lib/secret.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
  FlowKind,
  PendingConnection,
} from '../../storage/authorization-request-store.ts';
import type { Installation } from '../../storage/installation.ts';
import type { InstallationStore } from '../../storage/installation-store.ts';
import type { FlowCookie, FlowCookies } from './flow-cookies.ts';
import type { FlowOwner, Flows } from './flows.ts';
import type { GrantSaver } from './grant-saver.ts';
import { type RegisteredScopes, requestedScopes, type ScopeOptions } from './requested-scopes.ts';
import { acceptReturnUrl } from './return-url.ts';
import type { UnclaimedInstalls } from './unclaimed-installs.ts';

/** Lifetime of a handle: HubSpot's codes are valid for minutes only. */
const HANDLE_TTL_MS = 5 * 60 * 1000;
/** Time from a code to the saved installation. The browser shows a blank page meanwhile. */
const FINISH_MS = 9_000;

/** Error codes of RFC 6749 and of HubSpot. Other text can come from the author of a forged URL, and is not logged. */
const ERROR_CODE = /^[a-z_]{1,40}$/;

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
  /** Bind the flow to this browser. */
  readonly cookies: readonly FlowCookie[];
}

export type ConnectFailure =
  | 'access_denied'
  | 'exchange_failed'
  | 'portal_mismatch'
  | 'hubspot_error'
  | 'nothing_to_claim';

/** The outcome of a callback. `invalid`: the state is unknown, so there is no URL to return to. */
export type CallbackOutcome =
  | { readonly kind: 'connected'; readonly installation: Installation; readonly returnTo: string | null }
  | { readonly kind: 'confirm'; readonly handle: string; readonly returnTo: string | null }
  | { readonly kind: 'failed'; readonly reason: ConnectFailure; readonly returnTo: string | null }
  | { readonly kind: 'invalid' };

/** HubSpot's answer: a code or an error, never both. */
export type HubspotAnswer = { readonly code: string } | { readonly error: string };

/** The end of a flow. A claim has the secret of the install as its code, or fails before. */
export type CallbackAnswer = HubspotAnswer | { readonly failure: ConnectFailure };

export interface ConnectOptions {
  readonly clientId: string;
  readonly authorizeUrl: string;
  readonly redirectUri: () => string;
  readonly registeredScopes: RegisteredScopes;
  readonly returnUrls: readonly URL[];
  readonly flows: Flows;
  readonly grants: GrantSaver;
  readonly unclaimed: UnclaimedInstalls;
  readonly installations: InstallationStore;
  readonly requests: AuthorizationRequestStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

const INCOMPLETE: Readonly<Partial<Record<ConnectFailure, string>>> = {
  portal_mismatch: 'The consent is for another portal than that of this installation. Nothing was changed.',
  nothing_to_claim: 'The install was claimed already, or its time is over. Connect the portal instead.',
};

/** The connect flow: start, callback, and the viewer's confirmation when the callback came from another browser. */
export class ConnectFlow {
  readonly cookies: FlowCookies;
  readonly #options: ConnectOptions;

  constructor(options: ConnectOptions) {
    this.cookies = options.flows.cookies;
    this.#options = options;
  }

  /** @throws GatewayError BAD_USER_INPUT or RATE_LIMITED */
  async start(owner: FlowOwner, request: ConnectRequest): Promise<StartedFlow> {
    const { clientId, redirectUri, registeredScopes, returnUrls, flows } = this.#options;
    const { scopes, optionalScopes } = requestedScopes(registeredScopes, {
      ...request,
      granted: request.installation?.grantedScopes,
    });
    flows.admit(owner);
    const returnTo = request.returnTo === undefined ? null : acceptReturnUrl(request.returnTo, returnUrls);
    const installationId = request.installation?.id ?? null;
    const { state, codeVerifier, expiresAt, cookies } = await flows.start(owner, 'connect', {
      installationId,
      returnTo,
    });
    return {
      authorizeUrl: authorizeUrl(this.#options.authorizeUrl, {
        clientId,
        redirectUri: redirectUri(),
        scopes,
        optionalScopes,
        state,
        codeChallenge: sha256(codeVerifier),
      }),
      ...{ expiresAt, scopes, optionalScopes, cookies },
    };
  }

  /**
   * Handles the callback. It redeems the state first, so that the state is used up after any outcome. A state of another
   * kind of flow is unknown here, and stays.
   * @param cookieValue of the flow's cookie, if the browser sent one
   */
  async callback(
    state: string,
    answer: CallbackAnswer,
    cookieValue: string | undefined,
    kind: FlowKind = 'connect',
  ): Promise<CallbackOutcome> {
    const { flows, requests } = this.#options;
    const request = await flows.retryStorage(() => requests.take(state, kind));
    if (!request) return { kind: 'invalid' };
    if ('error' in answer) return this.#refused(request, answer.error);
    const { returnTo } = request;
    if ('failure' in answer) return { kind: 'failed', reason: answer.failure, returnTo };
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
    const { flows, requests } = this.#options;
    const pending = await flows.retryStorage(() => requests.takePending(handle));
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
    const message = INCOMPLETE[result.failure] ?? 'HubSpot no longer accepts the consent. Connect again.';
    throw new GatewayError('BAD_USER_INPUT', message, { argument: 'connection' });
  }

  async #keepForConfirmation(request: AuthorizationRequest, code: string): Promise<string> {
    const { tenantId, viewerId, kind, codeVerifier, installationId } = request;
    const pending: PendingConnection = { tenantId, viewerId, kind, codeVerifier, installationId, code };
    return this.#options.flows.retryStorage(async () => {
      // A new handle for each attempt: the previous row may exist although the answer was lost.
      const handle = randomSecret();
      await this.#options.requests.savePending(handle, pending, HANDLE_TTL_MS);
      return handle;
    });
  }

  async #finish(flow: PendingConnection): Promise<{ installation: Installation } | { failure: ConnectFailure }> {
    const { flows, grants, clock } = this.#options;
    if (flow.kind === 'claim') {
      const installation = await this.#options.unclaimed.claim(flow, flow.code);
      return installation ? { installation } : { failure: 'nothing_to_claim' };
    }
    const giveUpAt = clock.monotonic() + FINISH_MS;
    const redeemed = await grants.redeem(
      flow.code,
      flow.kind === 'connect' ? flow.codeVerifier : undefined,
      flow.tenantId,
    );
    if ('failure' in redeemed) return redeemed;
    const { hubId } = redeemed.identity;
    // The tokens of another portal are not revoked: HubSpot does not document whether a revocation also ends the other
    // refresh tokens of the app in that portal, which can belong to another tenant.
    if (await flows.retryStorage(() => this.#isOtherPortal(flow, hubId), giveUpAt)) {
      return { failure: 'portal_mismatch' };
    }
    return { installation: await grants.save(flow, redeemed, giveUpAt) };
  }

  #logFailure(flow: PendingConnection | AuthorizationRequest, reason: ConnectFailure): void {
    this.#options.logger.warn({ ...owner(flow), reason }, 'a portal was not connected');
  }

  async #isOtherPortal(flow: PendingConnection, hubId: number): Promise<boolean> {
    if (flow.installationId === null) return false;
    return (await this.#options.installations.portalOf(flow, flow.installationId)) !== hubId;
  }
}

function owner({ tenantId, viewerId }: FlowOwner): FlowOwner {
  return { tenantId, viewerId };
}
