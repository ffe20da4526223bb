/** Which budget a call takes from. */
export type CallKind = 'burst' | 'search' | 'associations';

/**
 * Search and what stands under `/crm/associations/` are exempt from the burst limit. `path` is in its newer spelling.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export function callKind(method: string, path: string): CallKind {
  if (method === 'POST' && path.endsWith('/search')) return 'search';
  return path.startsWith('/crm/associations/') ? 'associations' : 'burst';
}
