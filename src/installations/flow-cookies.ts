import { randomSecret, sha256 } from '../lib/secret.ts';
import type { Clock } from '../lib/time/clock.ts';

export interface Cookie {
  /** Less the prefix that its security demands. */
  readonly name: string;
  readonly value: string;
}

/** Binds a flow to the browser that started it. */
export interface FlowCookie extends Cookie {
  readonly maxAgeSeconds: number;
}

/** Flows that one browser may have under way. Ten thousand bytes of cookies are more than many servers take. */
const MAX_FLOWS = 8;

export interface FlowCookiesOptions {
  /** Tells this gateway from others on the same host: cookies know no ports, and ours no paths. */
  readonly redirectUri: () => string;
  readonly clock: Clock;
}

/** The cookies of connect flows. */
export class FlowCookies {
  readonly #options: FlowCookiesOptions;

  constructor(options: FlowCookiesOptions) {
    this.#options = options;
  }

  /** The value begins with the time, in milliseconds and base 36; the rest of it is the secret. */
  create(state: string, lifeMs: number): FlowCookie {
    const value = `${this.#options.clock.now().toString(36)}.${randomSecret()}`;
    return { name: this.nameFor(state), value, maxAgeSeconds: lifeMs / 1000 };
  }

  /** One per flow, so that several may run in one browser, and no hint at the state. */
  nameFor(state: string): string {
    return `${this.#prefix()}${sha256(state).slice(0, 16)}`;
  }

  /**
   * What an answer sets that started flows: their cookies, and an end to the oldest that the browser holds, so that flows
   * which nobody finishes do not fill its header. A flow without its cookie waits for the word of its viewer.
   * @param held what the request brought
   */
  toSet(started: readonly FlowCookie[], held: readonly Cookie[]): FlowCookie[] {
    if (started.length === 0) return [];
    const set = started.slice(-MAX_FLOWS);
    const prefix = this.#prefix();
    const flows = held.filter(({ name }) => name.startsWith(prefix) && name.length === prefix.length + 16);
    // Browsers send cookies in the order in which they got them (RFC 6265 § 5.4): it settles equal times.
    const oldest = flows
      .reverse()
      .sort((a, b) => startOf(b) - startOf(a))
      .slice(MAX_FLOWS - set.length);
    return [...set, ...oldest.map(({ name }) => ({ name, value: '', maxAgeSeconds: 0 }))];
  }

  #prefix(): string {
    return `hubspot-connect-${sha256(this.#options.redirectUri()).slice(0, 8)}-`;
  }
}

function startOf({ value }: Cookie): number {
  const start = Number.parseInt(/^[0-9a-z]{1,10}(?=\.)/.exec(value)?.[0] ?? '', 36);
  return Number.isNaN(start) ? 0 : start;
}
