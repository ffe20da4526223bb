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

/** Older entries are forgotten beyond this. */
const CAPACITY = 10_000;

/** What was asked of the simulator, oldest first. Consent pages and the simulator's own controls are not in it. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];
  readonly #refreshing = new Map<number, number>();
  #maxOverlap = 0;
  #running = 0;
  #maxRunning = 0;

  /** The most refreshes, of whatever consents, that ever ran at once. */
  get maxRefreshes(): number {
    return this.#maxRunning;
  }

  /** The most refreshes of one consent that ever ran at once. */
  get maxRefreshOverlap(): number {
    return this.#maxOverlap;
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
    this.#entries.push(entry);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
  }

  all(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Calls of the CRM API. */
  crm(): readonly LoggedRequest[] {
    return this.#entries.filter(({ path }) => path.startsWith('/crm/'));
  }

  /** Calls of the token endpoint with this grant type. */
  tokenCalls(grantType: 'authorization_code' | 'refresh_token'): readonly LoggedRequest[] {
    return this.#entries.filter(
      ({ path, body }) =>
        path.startsWith('/oauth/') &&
        typeof body === 'object' &&
        body !== null &&
        Reflect.get(body, 'grant_type') === grantType,
    );
  }

  clear(): void {
    this.#entries.length = 0;
    this.#maxOverlap = 0;
    this.#maxRunning = 0;
  }
}
