import { GatewayError, isGatewayError } from '../../errors.ts';
import { Allowance } from '../../lib/allowance.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { randomSecret, sha256 } from '../../lib/secret.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { repeat } from '../../lib/time/repeat.ts';
import type {
  AuthorizationRequest,
  AuthorizationRequestStore,
  FlowKind,
} from '../../storage/authorization-request-store.ts';
import { type FlowCookie, FlowCookies } from './flow-cookies.ts';

/** Time for the consent page of HubSpot. RFC 9700 § 4.7 recommends a short one. */
const FLOW_TTL_MS = 10 * 60 * 1000;
/** Flows that a viewer may start within `FLOW_TTL_MS`. Each stores a row, and its callback can cause two HubSpot calls. */
const MAX_FLOWS = 100;
/** The least time for the database to save the tokens, even if HubSpot was slow. */
const LEAST_STORAGE_MS = 1_000;
/** Retries of a failed database access of a flow. */
const STORAGE_RETRY_MS = 2_000;
const STORAGE_PAUSE_MS = 100;

/** The user of a tenant who starts or completes a flow. */
export interface FlowOwner {
  readonly tenantId: string;
  readonly viewerId: string;
}

/** A started flow. `codeVerifier` is for flows with PKCE. */
export interface OpenFlow {
  readonly state: string;
  readonly codeVerifier: string;
  readonly expiresAt: Date;
  /** Bind the flow to this browser. */
  readonly cookies: readonly FlowCookie[];
}

export interface FlowsOptions {
  readonly requests: AuthorizationRequestStore;
  readonly redirectUri: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts the flows that connect a portal, and retries their database accesses. */
export class Flows {
  readonly cookies: FlowCookies;
  readonly #options: FlowsOptions;
  readonly #starts: Allowance;

  constructor(options: FlowsOptions) {
    this.#options = options;
    this.cookies = new FlowCookies(options);
    this.#starts = new Allowance({ clock: options.clock, max: MAX_FLOWS, windowMs: FLOW_TTL_MS });
  }

  /** Counts a start. @throws GatewayError RATE_LIMITED */
  admit({ tenantId, viewerId }: FlowOwner): void {
    const retryAfterMs = this.#starts.take(`${tenantId}\n${viewerId}`);
    if (retryAfterMs === 0) return;
    const message = `You have started ${MAX_FLOWS} connections within ten minutes. Wait before you start another one.`;
    throw new GatewayError('RATE_LIMITED', message, { retryAfterMs });
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE */
  async start(
    owner: FlowOwner,
    kind: FlowKind,
    request: Pick<AuthorizationRequest, 'installationId' | 'returnTo'>,
  ): Promise<OpenFlow> {
    const { requests, clock } = this.#options;
    const [state, codeVerifier] = [randomSecret(), randomSecret()];
    const cookies = this.#cookiesFor(state, kind);
    const [{ value }] = cookies;
    await requests.deleteExpired();
    await requests.save(state, { ...owner, ...request, kind, codeVerifier, cookieHash: sha256(value) }, FLOW_TTL_MS);
    return { state, codeVerifier, expiresAt: new Date(clock.now() + FLOW_TTL_MS), cookies };
  }

  #cookiesFor(state: string, kind: FlowKind): [FlowCookie, ...FlowCookie[]] {
    if (kind !== 'install') return [this.cookies.create(state, FLOW_TTL_MS)];
    const cookie = this.cookies.create(state, FLOW_TTL_MS, 'install');
    return [cookie, { ...this.cookies.create(state, FLOW_TTL_MS, 'frame'), value: cookie.value }];
  }

  /** Retries a failed database access until `giveUpAt`. */
  retryStorage<T>(work: () => Promise<T>, giveUpAt = this.#options.clock.monotonic() + STORAGE_RETRY_MS): Promise<T> {
    const { clock, logger } = this.#options;
    const endsAt = Math.max(giveUpAt, clock.monotonic() + LEAST_STORAGE_MS);
    return repeat(clock, work, (err) => {
      if (clock.monotonic() + STORAGE_PAUSE_MS > endsAt) return undefined;
      if (!isGatewayError(err, 'STORAGE_UNAVAILABLE'))
        logger.warn({ err }, 'the database access of a connect flow failed and will be repeated');
      return STORAGE_PAUSE_MS;
    });
  }
}
