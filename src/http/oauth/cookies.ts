import type { Cookie, FlowCookie, FlowCookies } from '../../installations/connect/flow-cookies.ts';

/**
 * A flow's cookie as `Set-Cookie`. With the prefix `__Host-`, browsers refuse the cookie from other hosts and over plain
 * http (RFC 6265bis § 4.1.3.2). Loopback http allows no Secure cookie in every browser, and therefore no prefix.
 */
function serializeCookie(cookie: FlowCookie, secure: boolean): string {
  const { name, value, maxAgeSeconds, sameSite, isPartitioned } = cookie;
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}`;
  // Browsers refuse `None` without it (RFC 6265bis § 5.7), and most accept it from loopback http.
  const security = `${secure || sameSite === 'None' ? '; Secure' : ''}${isPartitioned ? '; Partitioned' : ''}`;
  return `${prefixFor(secure)}${name}=${value}; ${attributes}${security}`;
}

/** The cookies of one request. */
export interface Cookies {
  readonly secure: boolean;
  /** All cookies with the prefix that `secure` requires. Their names lack the prefix. */
  readonly all: readonly Cookie[];
  /** The value of a cookie; `undefined` when it is absent or occurs twice. */
  read(name: string): string | undefined;
}

export function cookiesOf(header: string | null | undefined, secure: boolean): Cookies {
  const all = readCookies(header, secure);
  return {
    secure,
    all,
    read(name) {
      const values = all.filter((cookie) => cookie.name === name);
      return values.length === 1 ? values[0]?.value : undefined;
    },
  };
}

/** Adds `Set-Cookie` lines to a response. */
export function withCookies(
  response: Response,
  cookies: readonly FlowCookie[],
  { secure }: Pick<Cookies, 'secure'>,
): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', serializeCookie(cookie, secure));
  return response;
}

/** The `Set-Cookie` lines for started flows. Depends on the request's `Cookie` header. */
export type SetFlowCookies = (started: readonly FlowCookie[], header: string | null | undefined) => string[];

export function flowCookieLines(cookies: Pick<FlowCookies, 'toSet'>, secure: () => boolean): SetFlowCookies {
  return (started, header) =>
    cookies.toSet(started, readCookies(header, secure())).map((cookie) => serializeCookie(cookie, secure()));
}

function readCookies(header: string | null | undefined, secure: boolean): Cookie[] {
  const prefix = prefixFor(secure);
  return (header ?? '').split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.trim().split('=');
    return name.startsWith(prefix) ? [{ name: name.slice(prefix.length), value: value.join('=') }] : [];
  });
}

function prefixFor(secure: boolean): string {
  return secure ? '__Host-' : '';
}
