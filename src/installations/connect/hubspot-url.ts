const MAX_LENGTH = 2_048;
/** HubSpot's application: `app.hubspot.com`, or that of a region such as `app-eu1.hubspot.com`. */
const HUBSPOT_ORIGIN = /^https:\/\/app(?:-[a-z]{2}\d+)?\.hubspot\.com$/;
/** Printable ASCII without the characters that parsers of URLs treat differently. */
const UNAMBIGUOUS = /^[\x21-\x7e]+$/;
const AMBIGUOUS = /[\\"'<>`{}|^]/;

/**
 * The normalised `returnUrl` of an install from HubSpot's marketplace, to which the gateway may send a browser. `undefined`
 * for the URL of any other server: HubSpot's application, or the origin of the configured authorize URL, is the whole
 * text up to the path. A port or a user name is therefore refused.
 */
export function acceptHubspotUrl(text: string, authorizeUrl: string): string | undefined {
  if (text.length > MAX_LENGTH || !UNAMBIGUOUS.test(text) || AMBIGUOUS.test(text)) return undefined;
  const [origin = ''] = /^[a-z]+:\/\/[^/?#]*/.exec(text) ?? [];
  if (origin !== new URL(authorizeUrl).origin && !HUBSPOT_ORIGIN.test(origin)) return undefined;
  const url = URL.parse(text);
  return url?.origin === origin ? url.href : undefined;
}

/** `returnUrl` with the state, as HubSpot expects it after the log-in; `undefined` when it has a state already. */
export function withState(returnUrl: string, state: string): string | undefined {
  const url = new URL(returnUrl);
  if (url.searchParams.has('state')) return undefined;
  // Not by `searchParams`, which would rewrite HubSpot's own parameters.
  url.search = url.search === '' ? `?state=${state}` : `${url.search}&state=${state}`;
  return url.href;
}
