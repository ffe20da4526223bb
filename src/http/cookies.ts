import type { FlowCookie } from '../installations/connect.ts';

/**
 * A flow's cookie as `Set-Cookie`. The `__Host-` prefix makes browsers refuse it from any other host or over plain http
 * (RFC 6265bis § 4.1.3.2); on loopback http there is no Secure, so there can be no prefix.
 */
export function serializeCookie({ name, value, maxAgeSeconds }: FlowCookie, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
  return `${cookieName(name, secure)}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
}

/** The value of the cookie `name` in a `Cookie` header; `undefined` when it is absent or stands there twice. */
export function readCookie(header: string | null, name: string, secure: boolean): string | undefined {
  const prefix = `${cookieName(name, secure)}=`;
  const values = (header ?? '').split(';').flatMap((pair) => {
    const trimmed = pair.trim();
    return trimmed.startsWith(prefix) ? [trimmed.slice(prefix.length)] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}
