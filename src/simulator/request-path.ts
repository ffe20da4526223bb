/** `new URL(url).pathname` at a fraction of its price: a request's URL is in normal form already. */
export function pathOf(url: string): string {
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** `/crm/v3/objects/…` and `/crm/v4/associations/…` are the older spelling of `/crm/objects/v3/…` and so on. */
export function unifiedPath(path: string): string {
  return path
    .replace(/^\/crm\/(v[34])\/(objects|associations|properties|pipelines|owners)(?=\/|$)/, '/crm/$2/$1')
    .replace(/^(\/crm\/.+)\/$/, '$1');
}
