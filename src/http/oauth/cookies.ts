import type { Cookie, FlowCookie, FlowCookies } from '../../installations/connect/flow-cookies.ts';

/**
 * A flow's cookie as `Set-Cookie`. With the prefix `__Host-`, browsers refuse the cookie from other hosts and over plain
 * http (RFC 6265bis § 4.1.3.2). Loopback http allows no Secure cookie, and therefore no prefix.
 */
export function serializeCookie({ name, value, maxAgeSeconds }: FlowCookie, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
  return `${prefixFor(secure)}${name}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
}

/** The value of the cookie `name` in a `Cookie` header; `undefined` when it is absent or occurs twice. */
export function readCookie(header: string | null, name: string, secure: boolean): string | undefined {
  const values = readCookies(header, secure).filter((cookie) => cookie.name === name);
  return values.length === 1 ? values[0]?.value : undefined;
}

/** The `Set-Cookie` lines for started flows. Depends on the request's `Cookie` header. */
export type SetFlowCookies = (started: readonly FlowCookie[], header: string | null | undefined) => string[];

export function flowCookieLines(cookies: Pick<FlowCookies, 'toSet'>, secure: () => boolean): SetFlowCookies {
  return (started, header) =>
    cookies.toSet(started, readCookies(header, secure())).map((cookie) => serializeCookie(cookie, secure()));
}

/** All cookies with the prefix that `secure` requires. Their names lack the prefix. */
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
