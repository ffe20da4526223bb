import type { Clock } from '../lib/time/clock.ts';
import type { CallKind } from './limits/call-kind.ts';
import { RollingWindow } from './limits/call-window.ts';
import type { LimitPolicy } from './limits/limit-answers.ts';

/** One request that the simulator answered. */
export interface LoggedRequest {
  readonly method: string;
  /** The path as it came, without its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON or form fields; `undefined` when there was no body. */
  readonly body: unknown;
  readonly status: number;
  /** The bearer token that was sent. */
  readonly token: string | undefined;
  /** The portal whose token it was. */
  readonly hubId: number | undefined;
  /** What HubSpot demanded of the token, granted or not: any one of these lists, each all of it. Empty when nothing. */
  readonly scopes: readonly (readonly string[])[];
  /** Epoch milliseconds of the simulator's clock. */
  readonly at: number;
}

/** Figures since they were last reset; exact, also of requests that are forgotten or were never kept. */
export interface Statistics {
  /** CRM calls with a live token, refused ones included, by the budget that they take from. */
  readonly calls: Readonly<Record<CallKind, number>>;
  /** How often each limit answered 429. */
  readonly refused: Readonly<Record<LimitPolicy, number>>;
  /** By portal. */
  readonly maxInWindow: Readonly<Record<string, number>>;
  readonly maxRefreshes: number;
  readonly maxRefreshOverlap: number;
}

export interface RequestLogOptions {
  /** The stretch of time that `maxInWindow` looks at, in milliseconds. */
  readonly windowMs: number;
  /** Without, requests are counted and not kept. */
  readonly keepsRequests: boolean;
}

/** Older entries are forgotten beyond this. */
const CAPACITY = 10_000;

const NO_CALLS: Statistics['calls'] = { burst: 0, search: 0, associations: 0 };
const NONE_REFUSED: Statistics['refused'] = { TEN_SECONDLY_ROLLING: 0, SECONDLY: 0, DAILY: 0 };

/** What was asked of the simulator, oldest first. Consent pages and the simulator's own controls are not in it. */
export class RequestLog {
  readonly keepsRequests: boolean;
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** A ring: once it is full, the newest takes the oldest one's place. */
  #entries: LoggedRequest[] = [];
  #added = 0;
  readonly #refreshing = new Map<number, number>();
  #maxOverlap = 0;
  #running = 0;
  #maxRunning = 0;
  #calls = { ...NO_CALLS };
  #refused = { ...NONE_REFUSED };
  readonly #bursts = new Map<number, { readonly window: RollingWindow; max: number }>();

  constructor({ windowMs, keepsRequests }: RequestLogOptions, clock: Clock) {
    this.#windowMs = windowMs;
    this.keepsRequests = keepsRequests;
    this.#clock = clock;
  }

  /** The most refreshes, of whatever consents, that ever ran at once. */
  get maxRefreshes(): number {
    return this.#maxRunning;
  }

  /** The most refreshes of one consent that ever ran at once. */
  get maxRefreshOverlap(): number {
    return this.#maxOverlap;
  }

  /** How often a limit, or any of them, answered 429. */
  count429(policy?: LimitPolicy): number {
    const { TEN_SECONDLY_ROLLING, SECONDLY, DAILY } = this.#refused;
    return policy ? this.#refused[policy] : TEN_SECONDLY_ROLLING + SECONDLY + DAILY;
  }

  /**
   * The most burst calls of a portal, or of any, that came within any stretch as long as the burst limit's: refused
   * ones included, and also when that limit is off.
   */
  maxInWindow(hubId?: number): number {
    if (hubId !== undefined) return this.#bursts.get(hubId)?.max ?? 0;
    return [...this.#bursts.values()].reduce((most, { max }) => Math.max(most, max), 0);
  }

  statistics(): Statistics {
    return {
      calls: { ...this.#calls },
      refused: { ...this.#refused },
      maxInWindow: Object.fromEntries([...this.#bursts].map(([hubId, { max }]) => [hubId, max])),
      maxRefreshes: this.#maxRunning,
      maxRefreshOverlap: this.#maxOverlap,
    };
  }

  /** Counts a CRM call as it comes; `refusedBy` when a limit answered it. */
  count(hubId: number, kind: CallKind, refusedBy: LimitPolicy | undefined): void {
    this.#calls[kind] += 1;
    if (refusedBy) this.#refused[refusedBy] += 1;
    if (kind !== 'burst') return;
    let burst = this.#bursts.get(hubId);
    if (!burst) {
      burst = { window: new RollingWindow(this.#windowMs, this.#clock), max: 0 };
      this.#bursts.set(hubId, burst);
    }
    burst.window.add();
    burst.max = Math.max(burst.max, burst.window.count());
  }

  /** Counts a request in; `grantId` when it refreshes that consent. The returned function counts it out. */
  begin(grantId: number | undefined): () => void {
    if (grantId === undefined) return () => {};
    const running = (this.#refreshing.get(grantId) ?? 0) + 1;
    this.#refreshing.set(grantId, running);
    this.#maxOverlap = Math.max(this.#maxOverlap, running);
    this.#running += 1;
    this.#maxRunning = Math.max(this.#maxRunning, this.#running);
    return () => {
      this.#running -= 1;
      this.#refreshing.set(grantId, (this.#refreshing.get(grantId) ?? 1) - 1);
    };
  }

  add(entry: LoggedRequest): void {
    this.#entries[this.#added % CAPACITY] = entry;
    this.#added += 1;
  }

  all(): readonly LoggedRequest[] {
    const oldest = this.#added > CAPACITY ? this.#added % CAPACITY : 0;
    return [...this.#entries.slice(oldest), ...this.#entries.slice(0, oldest)];
  }

  /** Calls of the CRM API. */
  crm(): readonly LoggedRequest[] {
    return this.all().filter(({ path }) => path.startsWith('/crm/'));
  }

  /** Calls of the token endpoint with this grant type. */
  tokenCalls(grantType: 'authorization_code' | 'refresh_token'): readonly LoggedRequest[] {
    return this.all().filter(
      ({ path, body }) =>
        path.startsWith('/oauth/') &&
        typeof body === 'object' &&
        body !== null &&
        Reflect.get(body, 'grant_type') === grantType,
    );
  }

  /** Forgets everything, figures included. */
  clear(): void {
    this.#entries = [];
    this.#added = 0;
    this.resetStatistics();
  }

  /** Figures begin anew; requests are kept. */
  resetStatistics(): void {
    this.#calls = { ...NO_CALLS };
    this.#refused = { ...NONE_REFUSED };
    this.#bursts.clear();
    this.#maxOverlap = 0;
    this.#maxRunning = 0;
  }
}
