import type { ErrorBody, OAuthFailure } from './answers.ts';
import type { WindowKind } from './limits/call-window.ts';
import type { LimitPolicy } from './limits/limit-answers.ts';

// Assumptions about behaviour that HubSpot does not document. "Probe" says what to try with a developer test account to
// correct one.

/**
 * `BAD_REFRESH_TOKEN` and `BAD_HUB` were observed at the real token endpoint. Developers have reported the other names.
 * Probe: a token request with each of these faults.
 */
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

/** Life of an authorization code. HubSpot documents it only as short. Probe: exchange codes after 1, 5 and 10 minutes. */
export const CODE_LIFE_MS = 5 * 60 * 1000;

/**
 * The longest path with its query. HubSpot answers longer ones with 414. Developers report limits of 8,000 and 16,000.
 * https://github.com/dlt-hub/verified-sources/pull/311, https://github.com/PostHog/posthog/pull/31617
 * Probe: a list with `properties` of 7,000 to 17,000 characters.
 */
export const MAX_URL_CHARACTERS = 8_000;

/** Associated records per record in an answer of an association batch read. Probe: a contact with 501 deals. */
export const ASSOCIATION_PAGE = 500;

/** Status of a batch read in which all ids are missing. Some developers report 404. Probe: a batch read of the id 1. */
export const ALL_MISSING_STATUS = 207;

/**
 * The delay until searches find a change. HubSpot documents "a few moments"; 2 and 5 seconds were observed. Probe: create a
 * contact, and search it every second.
 */
export const SEARCH_LAG_MS = 3_000;

/**
 * Whether `NEQ`, `NOT_IN` and `NOT_CONTAINS_TOKEN` find records without a value. Developers report that they do not.
 * Probe: each of them on a property that one of two contacts lacks.
 */
export const NEGATION_FINDS_EMPTY: boolean = false;

/** Whether records without a value come last in a sorted search, in both directions. Probe: sort by such a property. */
export const EMPTY_SORTS_LAST: boolean = true;

/**
 * Declined consent redirects the browser with `access_denied`, as documented. A quickstart of HubSpot says otherwise.
 * Probe: decline.
 */
export const DECLINE_RETURNS = true;

/**
 * Alternative scopes for sensitive values. HubSpot's guide names the first form, its specifications add the second. Probe: an
 * app with each form reads a sensitive property of an Enterprise account.
 */
export function sensitiveScopes(
  objectType: string,
  sensitivity: 'sensitive' | 'highly_sensitive',
  access: 'read' | 'write',
): readonly string[] {
  const scope = `crm.objects.${objectType}.${sensitivity}.${access}`;
  return [scope, `${scope}.v2`];
}

/** Introspection names scopes of sensitive values with `.v2`, as integrators observed, and other answers as requested. */
export function introspectedScope(scope: string): string {
  return /\.(highly_)?sensitive\.(read|write)$/.test(scope) ? `${scope}.v2` : scope;
}

/** Property definitions in one batch read. Probe: a batch of 101 names. */
export const PROPERTY_BATCH_MAX = 100;

/**
 * Errors about property definitions. `exists` was observed. Of the others, HubSpot documents only the status. Probe: read and
 * delete an unknown property, and change one that HubSpot defines.
 */
export const PROPERTY_FAILURES = {
  unknown: (name) => ({ message: `Property "${name}" does not exist`, category: 'OBJECT_NOT_FOUND' }),
  exists: (name) => ({
    message: `A property named '${name}' already exists.`,
    category: 'OBJECT_ALREADY_EXISTS',
    subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
  }),
  readOnly: (name) => ({ message: `Property "${name}" is defined by HubSpot.`, category: 'VALIDATION_ERROR' }),
} as const satisfies Record<string, (name: string) => ErrorBody>;

/** Errors about property groups. Only the subcategory of `inUse` was observed. Probe: create a group twice. */
export const GROUP_FAILURES = {
  exists: (name) => ({
    message: `A property group named '${name}' already exists.`,
    category: 'OBJECT_ALREADY_EXISTS',
  }),
  inUse: (name) => ({
    message: `The property group '${name}' has active properties.`,
    category: 'VALIDATION_ERROR',
    subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES',
  }),
} as const satisfies Record<string, (name: string) => ErrorBody>;

/** The most owners in one page. HubSpot documents only the default of 100. Probe: `limit=501` and `limit=500`. */
export const OWNER_LIMIT_MAX = 500;

/**
 * The kinds of the limits' windows. A day ends in the portal's time zone, which is UTC in the simulator. Probe: 110 calls at
 * once, then one every second.
 */
export const LIMIT_WINDOWS = {
  TEN_SECONDLY_ROLLING: 'rolling',
  SECONDLY: 'rolling',
  DAILY: 'fixed',
} as const satisfies Record<LimitPolicy, WindowKind>;

/** Whether a call with a 429 counts towards the limit. Probe: 120 calls at once, and the first success after them. */
export const REFUSED_CALLS_COUNT: boolean = false;

/**
 * The limit of association calls. HubSpot's guide gives them one of their own by subscription, its specifications exempt
 * them. A probe: 101 batch reads of associations within ten seconds, and the headers of their answers.
 */
export const ASSOCIATIONS_LIMITED = 'off';

/** Messages for refused association labels. HubSpot documents only the rules. Probe: create each of these labels. */
export const LABEL_REFUSALS = {
  name: 'Association label names start with a letter and have only letters, numbers and underscores.',
  taken: 'There is a label of this name between these object types already.',
  tooMany: 'There can be at most 50 labels between two object types.',
} as const;

/** Whether JSON null in a write clears a property. HubSpot documents only `""`. Probe: write it. */
export const NULL_CLEARS = false;

/** Errors for invalid values, with unpublished codes and messages. Probe: write each of these values. */
export const VALUE_REFUSALS = {
  tooLong: (_value, max) => ({
    error: 'INVALID_STRING_LENGTH',
    message: `The value is longer than ${max} characters.`,
  }),
  date: (value) => ({ error: 'INVALID_DATE', message: `${value} was not a valid date.` }),
  blockedEmail: (value) => ({ error: 'INVALID_EMAIL', message: `Email address ${value} is on the block list` }),
} as const satisfies Record<string, (value: string, max: number) => { error: string; message: string }>;

/**
 * Integers that are epoch seconds instead of milliseconds, for versions that normalize dates. Ten digits are the years 2001
 * to 2286 in seconds, and the first months of 1970 in milliseconds. Probe: write 1795392000 and 99999999999 to a date.
 */
export const SECONDS_DIGITS = /^\d{10}$/;

/**
 * Whether HubSpot warns about ISO 8601 in a property of the type `datetime`, too. Its announcement speaks of dates and
 * date-times together. Probe: write `2026-11-23T09:00:00Z` to `closedate`.
 */
export const ISO_DATETIME_WARNS: boolean = true;

/** The text of a warning about a normalized date; the rest of the warning is documented. Probe: write such a date. */
export const normalizedMessage = (name: string) => `The value of ${name} was normalized.`;

/**
 * The refusal of an edit without the right to it, in a user-level app. HubSpot documents only that of associations. Probe: a
 * user who may edit only own contacts updates another one.
 */
export const EDIT_REFUSED = {
  status: 403,
  body: { message: 'You do not have permission to edit this object.', category: 'FORBIDDEN' },
} as const satisfies { status: number; body: ErrorBody };

/**
 * Whether a person who consents again receives the refresh token of their earlier consent. HubSpot does not document it.
 * Probe: consent twice.
 */
export const CONSENT_KEEPS_REFRESH_TOKEN = false;

/** The refusal of a value that breaks an admin's rule. Only that for letters is documented. Probe: break one of each. */
export const RULE_REFUSALS = (ruleType: string, [first = '', second]: readonly string[]) => {
  if (ruleType === 'ALPHANUMERIC' && first === 'ALPHA_ONLY') {
    return { error: 'INVALID_ALPHA', message: 'Enter only letters' };
  }
  const ownText = ruleType === 'REGEX' ? second : undefined;
  return { error: `INVALID_${ruleType}`, message: ownText ?? `The value breaks the rule ${ruleType} ${first}`.trim() };
};

/** The code for a missing property that HubSpot itself requires. Probe: create a deal without a name. */
export const REQUIRED_CODE = 'MISSING_REQUIRED_PROPERTY';

/**
 * HubSpot: "partial upserts are not supported" by e-mail address. Read as: one invalid input fails the whole batch.
 * Probe: upsert a valid and an invalid address.
 */
export const EMAIL_UPSERT_IS_WHOLE = true;

/** Whether a merge keeps the primary record's id. It creates a new record, except in a beta of 2026. */
export const MERGE_KEEPS_ID = false;
