/** The limit that a call counts towards. */
export type CallKind = 'burst' | 'search' | 'associations';

/**
 * Searches and calls under `/crm/associations/` are exempt from the burst limit. `path` is in the newer form.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function callKind(method: string, path: string): CallKind {
  if (method === 'POST' && path.endsWith('/search')) return 'search';
  return path.startsWith('/crm/associations/') ? 'associations' : 'burst';
}
