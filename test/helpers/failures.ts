/** An answer of HubSpot that is a failure, and what it means. */
export interface FailureRow {
  readonly status: number;
  readonly category?: string;
  readonly subCategory?: string;
  readonly policyName?: string;
  readonly code: string;
  readonly retryAfterMs?: number;
  /** Kinds of failures that another input corrects. */
  readonly problems?: readonly string[];
}

// https://developers.hubspot.com/docs/api-reference/error-handling and the guides of the APIs that answer so.
export const FAILURES: readonly FailureRow[] = [
  { status: 400, category: 'VALIDATION_ERROR', code: 'HUBSPOT_BAD_REQUEST', problems: ['invalid'] },
  { status: 400, code: 'HUBSPOT_BAD_REQUEST', problems: ['invalid'] },
  {
    status: 400,
    category: 'VALIDATION_ERROR',
    subCategory: 'PipelineError.STAGE_ID_IN_USE',
    code: 'HUBSPOT_BAD_REQUEST',
    problems: ['invalid'],
  },
  { status: 401, category: 'INVALID_AUTHENTICATION', code: 'HUBSPOT_UNAUTHORIZED' },
  { status: 401, category: 'EXPIRED_AUTHENTICATION', code: 'HUBSPOT_UNAUTHORIZED' },
  { status: 403, category: 'MISSING_SCOPES', code: 'HUBSPOT_FORBIDDEN' },
  { status: 403, category: 'FORBIDDEN', code: 'HUBSPOT_FORBIDDEN' },
  { status: 404, category: 'OBJECT_NOT_FOUND', code: 'HUBSPOT_BAD_REQUEST', problems: ['absent'] },
  { status: 404, code: 'HUBSPOT_BAD_REQUEST', problems: ['absent'] },
  { status: 408, code: 'HUBSPOT_TIMEOUT' },
  { status: 409, category: 'CONFLICT', code: 'HUBSPOT_BAD_REQUEST', problems: ['taken'] },
  { status: 409, category: 'OBJECT_ALREADY_EXISTS', code: 'HUBSPOT_BAD_REQUEST', problems: ['taken'] },
  { status: 413, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 414, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 415, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 423, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 437, code: 'HUBSPOT_BAD_REQUEST', problems: [] },
  { status: 429, policyName: 'TEN_SECONDLY_ROLLING', code: 'RATE_LIMITED', retryAfterMs: 10_000 },
  { status: 429, policyName: 'DAILY', code: 'RATE_LIMITED', retryAfterMs: 3_600_000 },
  { status: 429, category: 'RATE_LIMITS', code: 'RATE_LIMITED', retryAfterMs: 1_000 },
  { status: 429, policyName: 'OF_ANOTHER_YEAR', code: 'RATE_LIMITED', retryAfterMs: 1_000 },
  { status: 477, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 500, category: 'INTERNAL_ERROR', code: 'HUBSPOT_UNAVAILABLE' },
  { status: 502, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 503, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 504, code: 'HUBSPOT_TIMEOUT' },
  { status: 521, code: 'HUBSPOT_UNAVAILABLE' },
  { status: 524, code: 'HUBSPOT_TIMEOUT' },
];

/** What the answer is but for its status. */
export function nameOf({ status, category = '', subCategory = '', policyName = '' }: FailureRow): string {
  return [status, category, subCategory, policyName].join(' ').trim().replace(/ +/g, ' ');
}
