/** The URLs under which browsers and HubSpot reach the gateway. */
export interface PublicAddress {
  /** Origin and optional path prefix, without a trailing slash. */
  readonly publicUrl: string;
  /** The redirect URI of the OAuth flow, when it differs from the callback route below `publicUrl`. */
  readonly redirectUri: string | undefined;
}

/** The path prefix of all public URLs: empty, or for example `/crm`. */
export function prefixOf({ publicUrl }: Pick<PublicAddress, 'publicUrl'>): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/**
 * Maps the path and query of a request to those of its route. Routes are reachable with and without the prefix: some load
 * balancers strip it, some do not, and health probes of the process do not use it.
 */
export function routePaths(address: PublicAddress): (target: string) => string {
  const prefix = prefixOf(address);
  const callback = address.redirectUri === undefined ? undefined : new URL(address.redirectUri).pathname;
  return (target) => {
    const [path = '', ...query] = target.split('?');
    const route = path === callback ? CALLBACK_PATH : withoutPrefix(path, prefix);
    return route === path ? target : [route, ...query].join('?');
  };
}

export const CALLBACK_PATH = '/oauth/hubspot/callback';

function withoutPrefix(path: string, prefix: string): string {
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

/** The request with the path of its route. */
export function routed(request: Request, routeOf: (target: string) => string): Request {
  const url = new URL(request.url);
  const [target, route] = [url.pathname + url.search, routeOf(url.pathname + url.search)];
  return target === route ? request : new Request(new URL(route, url), request);
}
