import { randomSecret, sha256 } from '../../lib/secret.ts';
import type { Clock } from '../../lib/time/clock.ts';

export interface Cookie {
  /** Without the prefix for secure cookies. */
  readonly name: string;
  readonly value: string;
}

/** Binds a flow to the browser that started it. */
export interface FlowCookie extends Cookie {
  readonly maxAgeSeconds: number;
}

/** Flows of one browser at the same time. Many servers refuse more than about 10 kB of cookies. */
const MAX_FLOWS = 8;

export interface FlowCookiesOptions {
  /** Distinguishes this gateway from others on the same host, since cookies ignore ports. */
  readonly redirectUri: () => string;
  readonly clock: Clock;
}

/** The cookies of connect flows. */
export class FlowCookies {
  readonly #options: FlowCookiesOptions;

  constructor(options: FlowCookiesOptions) {
    this.#options = options;
  }

  /** The value starts with the time, in milliseconds and base 36. The rest is a secret. */
  create(state: string, lifeMs: number): FlowCookie {
    const value = `${this.#options.clock.now().toString(36)}.${randomSecret()}`;
    return { name: this.nameFor(state), value, maxAgeSeconds: lifeMs / 1000 };
  }

  /** Each flow has a cookie of its own, so that a browser can have several flows. The name does not reveal the state. */
  nameFor(state: string): string {
    return `${this.#prefix()}${sha256(state).slice(0, 16)}`;
  }

  /**
   * The cookies that an answer sets after it has started flows. It also deletes the oldest cookies of the browser, so that
   * abandoned flows do not fill the header. A flow without its cookie waits for the viewer's confirmation.
   * @param held the cookies of the request
   */
  toSet(started: readonly FlowCookie[], held: readonly Cookie[]): FlowCookie[] {
    if (started.length === 0) return [];
    const set = started.slice(-MAX_FLOWS);
    const prefix = this.#prefix();
    const flows = held.filter(({ name }) => name.startsWith(prefix) && name.length === prefix.length + 16);
    // Browsers send cookies in the order of their creation (RFC 6265 § 5.4), which decides between equal times.
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
