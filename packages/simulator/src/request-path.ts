/** A faster `new URL(url).pathname`. The URL of a request is already normalized. */
export function pathOf(url: string): string {
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** Maps older paths such as `/crm/v3/objects/…` to newer ones such as `/crm/objects/v3/…`. */
export function unifiedPath(path: string): string {
  return path
    .replace(
      /^\/crm\/(v[34])\/(objects|associations|properties|property-validations|pipelines|owners)(?=\/|$)/,
      '/crm/$2/$1',
    )
    .replace(/^(\/crm\/.+)\/$/, '$1');
}
