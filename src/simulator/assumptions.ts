import type { ErrorBody, OAuthFailure } from './answers.ts';
import type { WindowKind } from './limits/call-window.ts';
import type { LimitPolicy } from './limits/limit-answers.ts';

// Assumptions about behaviour that HubSpot does not document. A test against a developer account could correct them.

/**
 * `BAD_REFRESH_TOKEN` and `BAD_HUB` were observed at the real token endpoint. Developers have reported the other names.
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

/** Life of an authorization code. HubSpot documents it only as short. */
export const CODE_LIFE_MS = 5 * 60 * 1000;

/**
 * The longest path with its query. HubSpot answers longer ones with 414. Developers report limits of 8,000 and 16,000.
 * https://github.com/dlt-hub/verified-sources/pull/311, https://github.com/PostHog/posthog/pull/31617
 */
export const MAX_URL_CHARACTERS = 8_000;

/** Associated records per record in one answer of an association batch read. */
export const ASSOCIATION_PAGE = 500;

/** Status of a batch read in which all ids are missing. Some developers report 404. */
export const ALL_MISSING_STATUS = 207;

/** The delay until searches find a change. HubSpot documents "a few moments"; 2 and 5 seconds were observed. */
export const SEARCH_LAG_MS = 3_000;

/**
 * Whether `NEQ`, `NOT_IN` and `NOT_CONTAINS_TOKEN` find records without a value. Developers report that they do not.
 */
export const NEGATION_FINDS_EMPTY: boolean = false;

/** Whether records without a value come last in a sorted search, in both directions. */
export const EMPTY_SORTS_LAST: boolean = true;

/**
 * Declined consent redirects the browser with `access_denied`, as documented. A quickstart of HubSpot says otherwise.
 */
export const DECLINE_RETURNS = true;

/** Alternative scopes for sensitive values. HubSpot's guide names the first form, its specifications add the second. */
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

/** Property definitions in one batch read. */
export const PROPERTY_BATCH_MAX = 100;

/** Errors about property definitions. HubSpot documents their status codes, but not their bodies. */
export const PROPERTY_FAILURES = {
  unknown: (name) => ({ message: `Property "${name}" does not exist`, category: 'OBJECT_NOT_FOUND' }),
  exists: (name) => ({
    message: `A property named '${name}' already exists.`,
    category: 'OBJECT_ALREADY_EXISTS',
    subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
  }),
  readOnly: (name) => ({ message: `Property "${name}" is defined by HubSpot.`, category: 'VALIDATION_ERROR' }),
} as const satisfies Record<string, (name: string) => ErrorBody>;

/** Errors about property groups. Integrators have published the subcategory of `inUse`; a probe tells the rest. */
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

/** The most owners in one page. HubSpot documents only the default of 100. */
export const OWNER_LIMIT_MAX = 500;

/** The kinds of the limits' windows. A day ends in the portal's time zone, which is UTC in the simulator. */
export const LIMIT_WINDOWS = {
  TEN_SECONDLY_ROLLING: 'rolling',
  SECONDLY: 'rolling',
  DAILY: 'fixed',
} as const satisfies Record<LimitPolicy, WindowKind>;

/** Whether a call with a 429 counts towards the limit. */
export const REFUSED_CALLS_COUNT: boolean = false;

/**
 * The limit of association calls. HubSpot's guide gives them one of their own by subscription, its specifications exempt
 * them. A probe: 101 batch reads of associations within ten seconds, and the headers of their answers.
 */
export const ASSOCIATIONS_LIMITED = 'off';

/** Messages for refused association labels. HubSpot documents the rules, but not the messages. */
export const LABEL_REFUSALS = {
  name: 'Association label names start with a letter and have only letters, numbers and underscores.',
  taken: 'There is a label of this name between these object types already.',
  tooMany: 'There can be at most 50 labels between two object types.',
} as const;

/** Labels between two object types, and the status beyond. The guide says 10; integrators met 50, and then this status. */
export const LABEL_LIMIT = { max: 50, status: 437 } as const;

/** Whether JSON null in a write clears a property. HubSpot documents only `""`. */
export const NULL_CLEARS = false;

/** Errors for invalid values. Their codes and messages are not published. */
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
 * to 2286 in seconds, and the first months of 1970 in milliseconds.
 */
export const SECONDS_DIGITS = /^\d{10}$/;

/** The text of a warning about a normalized date. Its category and its context are documented. */
export const normalizedMessage = (name: string) => `The value of ${name} was normalized.`;

/** The refusal of an edit without the right to it, in a user-level app. HubSpot documents only that of associations. */
export const EDIT_REFUSED = {
  status: 403,
  body: { message: 'You do not have permission to edit this object.', category: 'FORBIDDEN' },
} as const satisfies { status: number; body: ErrorBody };

/**
 * Whether a person who consents again receives the refresh token of their earlier consent. HubSpot does not document it.
 */
export const CONSENT_KEEPS_REFRESH_TOKEN = false;

/** The refusal of a value that breaks an admin's rule. HubSpot documents only that for letters. */
export const RULE_REFUSALS = (ruleType: string, [first = '', second]: readonly string[]) => {
  if (ruleType === 'ALPHANUMERIC' && first === 'ALPHA_ONLY') {
    return { error: 'INVALID_ALPHA', message: 'Enter only letters' };
  }
  const ownText = ruleType === 'REGEX' ? second : undefined;
  return { error: `INVALID_${ruleType}`, message: ownText ?? `The value breaks the rule ${ruleType} ${first}`.trim() };
};

/** The code for a missing property that HubSpot itself requires. That of an admin's rule is documented. */
export const REQUIRED_CODE = 'MISSING_REQUIRED_PROPERTY';

/** HubSpot: "partial upserts are not supported" by e-mail address. Read as: one invalid input fails the whole batch. */
export const EMAIL_UPSERT_IS_WHOLE = true;

/** Whether a merge keeps the primary record's id. It creates a new record, except in a beta of 2026. */
export const MERGE_KEEPS_ID = false;
