import type { ErrorBody, OAuthFailure } from './answers.ts';
import type { WindowKind } from './limits/call-window.ts';
import type { LimitPolicy } from './limits/limit-answers.ts';

// HubSpot's behaviour where it publishes none: one live probe of a developer test account could correct these rows.

/** Only `BAD_REFRESH_TOKEN` and `BAD_HUB` were seen from the real token endpoint; the others carry reported names. */
export const OAUTH_FAILURES = {
  refreshToken: {
    error: 'invalid_grant',
    status: 'BAD_REFRESH_TOKEN',
    description: 'refresh token is invalid, expired or revoked',
  },
  code: { error: 'invalid_grant', status: 'BAD_AUTH_CODE', description: 'missing or unknown auth code' },
  codeVerifier: { error: 'invalid_grant', status: 'BAD_CODE_VERIFIER', description: 'code verifier does not match' },
  redirectUri: { error: 'invalid_grant', status: 'BAD_REDIRECT_URI', description: 'missing or invalid redirect uri' },
  clientId: { error: 'invalid_client', status: 'BAD_CLIENT_ID', description: 'missing or unknown client id' },
  clientSecret: {
    error: 'invalid_client',
    status: 'BAD_CLIENT_SECRET',
    description: 'missing or invalid client secret',
  },
  grantType: {
    error: 'unsupported_grant_type',
    status: 'BAD_GRANT_TYPE',
    description: 'missing or unknown grant type',
  },
} as const satisfies Record<string, OAuthFailure>;

/** Life of an authorization code: documented as short. */
export const CODE_LIFE_MS = 5 * 60 * 1000;

/**
 * The longest path with its query; beyond, the answer is 414. People met it at 8,000 characters, some at 16,000 only.
 * https://github.com/dlt-hub/verified-sources/pull/311, https://github.com/PostHog/posthog/pull/31617
 */
export const MAX_URL_CHARACTERS = 8_000;

/** Associated records per record in one answer of an association batch read. */
export const ASSOCIATION_PAGE = 500;

/** A batch read in which every id is missing answers 207 with no results; some report 404. */
export const ALL_MISSING_STATUS = 207;

/** How long searches do not see a change: documented as "a few moments"; 2 and 5 seconds were seen. */
export const SEARCH_LAG_MS = 3_000;

/** Whether `NEQ`, `NOT_IN` and `NOT_CONTAINS_TOKEN` find records without a value; people report that they do not. */
export const NEGATION_FINDS_EMPTY: boolean = false;

/** Whether records without a value come at the end of a sorted search, whichever its direction. */
export const EMPTY_SORTS_LAST: boolean = true;

/** Declining returns the browser with `access_denied`, as the documentation's shape has it; a quickstart says that nothing is sent. */
export const DECLINE_RETURNS = true;

/** Any one lets an app at sensitive values. The guide lists the first form, the specifications add the second. */
export function sensitiveScopes(
  objectType: string,
  sensitivity: 'sensitive' | 'highly_sensitive',
  access: 'read' | 'write',
): readonly string[] {
  const scope = `crm.objects.${objectType}.${sensitivity}.${access}`;
  return [scope, `${scope}.v2`];
}

/** Property definitions in one batch read. */
export const PROPERTY_BATCH_MAX = 100;

/** Refusals about property definitions: their status codes are documented, their bodies are not. */
export const PROPERTY_FAILURES = {
  unknown: (name) => ({ message: `Property "${name}" does not exist`, category: 'OBJECT_NOT_FOUND' }),
  exists: (name) => ({ message: `A property named '${name}' already exists.`, category: 'CONFLICT' }),
  readOnly: (name) => ({ message: `Property "${name}" is defined by HubSpot.`, category: 'VALIDATION_ERROR' }),
} as const satisfies Record<string, (name: string) => ErrorBody>;

/** Owners in one page: only the default of 100 is documented. */
export const OWNER_LIMIT_MAX = 500;

/** One limit has `rolling` in its name, of search nothing is said, and days end in the portal's time zone: taken for UTC. */
export const LIMIT_WINDOWS = {
  TEN_SECONDLY_ROLLING: 'rolling',
  SECONDLY: 'rolling',
  DAILY: 'fixed',
} as const satisfies Record<LimitPolicy, WindowKind>;

/** Whether a call that was answered 429 takes from the budget. */
export const REFUSED_CALLS_COUNT: boolean = false;

/** Whether batches of associations, which are exempt from the burst limit, tell in their headers how it stands. */
export const ASSOCIATIONS_SHOW_LIMITS: boolean = false;

/** What HubSpot says to association labels that it refuses. The rules are published, the texts are not. */
export const LABEL_REFUSALS = {
  name: 'Association label names start with a letter and have only letters, numbers and underscores.',
  taken: 'There is a label of this name between these object types already.',
  tooMany: 'There can be at most 10 labels between two object types.',
  inUse: 'The label cannot be deleted while records are associated with it.',
} as const;

/** JSON null in a write leaves the property as it is; only `""` is documented to clear it. */
export const NULL_CLEARS = false;

/** Values that are refused for sure, with codes and texts that nobody has published. */
export const VALUE_REFUSALS = {
  tooLong: (_value, max) => ({
    error: 'INVALID_STRING_LENGTH',
    message: `The value is longer than ${max} characters.`,
  }),
  date: (value) => ({ error: 'INVALID_DATE', message: `${value} was not a valid date.` }),
  blockedEmail: (value) => ({ error: 'INVALID_EMAIL', message: `Email address ${value} is on the block list` }),
} as const satisfies Record<string, (value: string, max: number) => { error: string; message: string }>;

/** The code of a property that is required and missing, also by an admin's rule. */
export const REQUIRED_CODE = 'MISSING_REQUIRED_PROPERTY';

/** By e-mail address "partial upserts are not supported": taken to mean that trace ids do not part the good from the bad. */
export const EMAIL_UPSERT_IS_WHOLE = true;

/** Merging two records makes a third; accounts in a beta of 2026 keep the id of the primary one. */
export const MERGE_KEEPS_ID = false;
