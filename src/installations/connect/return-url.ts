import { GatewayError } from '../../errors.ts';

/**
 * Validates `returnTo` at the start of a flow with the WHATWG URL parser, which browsers use for redirects. The flow stores
 * the normalised URL and redirects to it, without parsing it again.
 * @throws GatewayError BAD_USER_INPUT
 */
export function acceptReturnUrl(returnTo: string, allowed: readonly URL[]): string {
  const url = returnTo.length <= 2_048 && URL.canParse(returnTo) ? new URL(returnTo) : undefined;
  if (url?.username !== '' || url.password !== '' || !allowed.some((entry) => covers(entry, url))) {
    throw new GatewayError('BAD_USER_INPUT', 'returnTo is not an absolute URL that RETURN_URLS allows.', {
      argument: 'returnTo',
    });
  }
  return url.href;
}

/** `/app` covers `/app` and `/app/…`, not `/application`. */
function covers(entry: URL, url: URL): boolean {
  if (entry.origin !== url.origin || entry.origin === 'null') return false;
  const prefix = entry.pathname.replace(/\/+$/, '');
  return url.pathname === prefix || url.pathname.startsWith(`${prefix}/`);
}
