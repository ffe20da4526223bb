import { GatewayError } from '../errors.ts';

/**
 * Judges `returnTo` once, at the start of a flow, by the WHATWG URL parser: the parser that browsers follow redirects
 * with. The normalised URL is what is stored and later redirected to; it is never decoded or parsed differently.
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
