import type { CallKind } from './limits/call-kind.ts';
import { RollingWindow } from './limits/call-window.ts';
import type { LimitPolicy } from './limits/limit-answers.ts';
import type { Clock } from './time/clock.ts';

/** One request that the simulator answered. */
export interface LoggedRequest {
  readonly method: string;
  /** The requested path without its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON or form fields; `undefined` when there was no body. */
  readonly body: unknown;
  readonly status: number;
  /** The bearer token that was sent. */
  readonly token: string | undefined;
  /** The portal whose token it was. */
  readonly hubId: number | undefined;
  /** The scopes that the call needs, granted or not: all scopes of at least one list. Empty when it needs none. */
  readonly scopes: readonly (readonly string[])[];
  /** Epoch milliseconds of the simulator's clock. */
  readonly at: number;
}

/** Statistics since the last reset. They also count requests that the log does not keep. */
export interface Statistics {
  /** CRM calls with a valid token, also refused ones, by the limit that they count towards. */
  readonly calls: Readonly<Record<CallKind, number>>;
  /** How often each limit answered 429. */
  readonly refused: Readonly<Record<LimitPolicy, number>>;
  /** By portal. */
  readonly maxInWindow: Readonly<Record<string, number>>;
  readonly maxRefreshes: number;
  readonly maxRefreshOverlap: number;
}

export interface RequestLogOptions {
  /** The window of `maxInWindow`, in milliseconds. */
  readonly windowMs: number;
  /** Without it, requests are only counted. */
  readonly keepsRequests: boolean;
}

/** The most entries. The oldest are dropped. */
const CAPACITY = 10_000;

const NO_CALLS: Statistics['calls'] = { burst: 0, search: 0, associations: 0 };
const NONE_REFUSED: Statistics['refused'] = { TEN_SECONDLY_ROLLING: 0, SECONDLY: 0, DAILY: 0 };

/** The requests of the simulator, oldest first, without consent pages and the simulator's control routes. */
export class RequestLog {
  readonly keepsRequests: boolean;
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** A ring buffer. */
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

  /** The most concurrent refreshes of all grants. */
  get maxRefreshes(): number {
    return this.#maxRunning;
  }

  /** The most concurrent refreshes of one grant. */
  get maxRefreshOverlap(): number {
    return this.#maxOverlap;
  }

  /** The number of 429s of one limit, or of all limits. */
  count429(policy?: LimitPolicy): number {
    const { TEN_SECONDLY_ROLLING, SECONDLY, DAILY } = this.#refused;
    return policy ? this.#refused[policy] : TEN_SECONDLY_ROLLING + SECONDLY + DAILY;
  }

  /**
   * The most burst calls of one portal, or of any portal, within the burst limit's window. Includes refused calls, and
   * also counts when the limit is off.
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

  /** Counts a CRM call. `refusedBy` is the limit that refused it. */
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

  /** Counts the start of a request; `grantId` for a token refresh. The returned function counts its end. */
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

  /** The number of all requests that the log has received, also those that it has dropped. */
  get received(): number {
    return this.#added;
  }

  /** The requests after the first `count` ones. */
  after(count: number): readonly LoggedRequest[] {
    const wanted = Math.max(0, this.#added - count);
    return wanted === 0 ? [] : this.all().slice(-wanted);
  }

  /** Calls of the CRM API, and those for the settings of an account. */
  crm(): readonly LoggedRequest[] {
    return this.all().filter(({ path }) => /^\/(crm|account-info)\//.test(path));
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

  /** Deletes all entries, and resets the statistics. */
  clear(): void {
    this.#entries = [];
    this.#added = 0;
    this.resetStatistics();
  }

  /** Resets the statistics, and keeps the entries. */
  resetStatistics(): void {
    this.#calls = { ...NO_CALLS };
    this.#refused = { ...NONE_REFUSED };
    this.#bursts.clear();
    this.#maxOverlap = 0;
    this.#maxRunning = 0;
  }
}
