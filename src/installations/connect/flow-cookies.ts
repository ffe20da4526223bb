import { randomSecret, sha256 } from '../../lib/secret.ts';
import type { Clock } from '../../lib/time/clock.ts';

export interface Cookie {
  /** Without the prefix for secure cookies. */
  readonly name: string;
  readonly value: string;
}

/** A cookie that the gateway sets. */
export interface FlowCookie extends Cookie {
  readonly maxAgeSeconds: number;
  /** `None` for a cookie that the browser must also send inside of HubSpot's frame. It is always Secure. */
  readonly sameSite: 'Lax' | 'None';
  /** Set when the cookie belongs to the site around the frame in which it was set (CHIPS). */
  readonly isPartitioned?: boolean;
}

/**
 * The purpose of a cookie.
 * - `connect`: binds a flow to the browser that started it
 * - `install`: the same for an install with a log-in, whose last step runs inside of HubSpot's frame. A browser that
 *   blocks cookies of other sites does not send it there.
 * - `frame`: its partitioned twin, for a log-in that ran inside of HubSpot's frame, too
 * - `claim`: proves that an install from the marketplace was made in this browser
 */
export type CookieKind = 'connect' | 'install' | 'frame' | 'claim';

const ATTRIBUTES: Readonly<Record<CookieKind, Pick<FlowCookie, 'sameSite' | 'isPartitioned'>>> = {
  connect: { sameSite: 'Lax' },
  install: { sameSite: 'None' },
  frame: { sameSite: 'None', isPartitioned: true },
  claim: { sameSite: 'Lax' },
};
// The compiler knows the keys only as strings.
const KINDS = Object.keys(ATTRIBUTES) as CookieKind[];

/** Cookies of one kind in a browser. Many servers refuse more than about 10 kB of cookies. */
const MAX_OF_KIND = 8;

export interface FlowCookiesOptions {
  /** Distinguishes this gateway from others on the same host, since cookies ignore ports. */
  readonly redirectUri: () => string;
  readonly clock: Clock;
}

/** The cookies of connect flows and of installs from the marketplace. */
export class FlowCookies {
  readonly #options: FlowCookiesOptions;

  constructor(options: FlowCookiesOptions) {
    this.#options = options;
  }

  /** The value starts with the time, in milliseconds and base 36. The rest is a secret. */
  create(state: string, lifeMs: number, kind: CookieKind = 'connect'): FlowCookie {
    const value = `${this.#options.clock.now().toString(36)}.${randomSecret()}`;
    return { name: this.nameFor(state, kind), value, maxAgeSeconds: lifeMs / 1000, ...ATTRIBUTES[kind] };
  }

  /** Each flow has a cookie of its own, so that a browser can have several flows. The name does not reveal the state. */
  nameFor(state: string, kind: CookieKind = 'connect'): string {
    return `${this.#prefix(kind)}${sha256(state).slice(0, 16)}`;
  }

  /** The cookies of this kind among those of a request. */
  ofKind(kind: CookieKind, held: readonly Cookie[]): Cookie[] {
    const prefix = this.#prefix(kind);
    return held.filter(({ name }) => name.startsWith(prefix) && name.length === prefix.length + 16);
  }

  /** Deletes a cookie. */
  deletion(name: string): FlowCookie {
    const kind = KINDS.find((candidate) => name.startsWith(this.#prefix(candidate))) ?? 'connect';
    return { name, value: '', maxAgeSeconds: 0, ...ATTRIBUTES[kind] };
  }

  /**
   * The cookies that an answer sets after it has started flows. It also deletes the oldest cookies of the browser, so that
   * abandoned flows do not fill the header. A flow without its cookie waits for the viewer's confirmation.
   * @param held the cookies of the request
   */
  toSet(started: readonly FlowCookie[], held: readonly Cookie[]): FlowCookie[] {
    if (started.length === 0) return [];
    return KINDS.flatMap((kind) => {
      const prefix = this.#prefix(kind);
      return this.#toSetOfKind(
        started.filter(({ name }) => name.startsWith(prefix)),
        this.ofKind(kind, held),
      );
    });
  }

  #toSetOfKind(started: readonly FlowCookie[], held: readonly Cookie[]): FlowCookie[] {
    if (started.length === 0) return [];
    const set = started.slice(-MAX_OF_KIND);
    // Browsers send cookies in the order of their creation (RFC 6265 § 5.4), which decides between equal times.
    const oldest = held
      .toReversed()
      .sort((a, b) => startOf(b) - startOf(a))
      .slice(MAX_OF_KIND - set.length);
    return [...set, ...oldest.map(({ name }) => this.deletion(name))];
  }

  #prefix(kind: CookieKind): string {
    return `hubspot-${kind}-${sha256(this.#options.redirectUri()).slice(0, 8)}-`;
  }
}

function startOf({ value }: Cookie): number {
  const start = Number.parseInt(/^[0-9a-z]{1,10}(?=\.)/.exec(value)?.[0] ?? '', 36);
  return Number.isNaN(start) ? 0 : start;
}
