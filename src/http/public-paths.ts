/** Where the gateway stands in the eyes of browsers and HubSpot. */
export interface PublicAddress {
  /** Origin and optional path prefix, without a trailing slash. */
  readonly publicUrl: string;
  /** Where HubSpot returns browsers to, where it is not the route's own address. */
  readonly redirectUri: string | undefined;
}

/** The path before every public one: empty, or such as `/crm`. */
export function prefixOf({ publicUrl }: Pick<PublicAddress, 'publicUrl'>): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/**
 * The route's own path and query for those that a request came with. Paths below the public URL's are known by both
 * names: balancers hand a prefix on or strip it, and whoever looks after the process itself asks without one.
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

/** The same request under its route's own path. */
export function routed(request: Request, routeOf: (target: string) => string): Request {
  const url = new URL(request.url);
  const [target, route] = [url.pathname + url.search, routeOf(url.pathname + url.search)];
  return target === route ? request : new Request(new URL(route, url), request);
}
