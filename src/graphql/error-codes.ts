import type { GatewayErrorCode } from '../errors.ts';

/** The meaning of each `extensions.code` for frontends. Names in backquotes are other fields of `extensions`. */
const ERROR_CODES: Readonly<Record<GatewayErrorCode, string>> = {
  GRAPHQL_PARSE_FAILED: 'the document has a syntax error',
  GRAPHQL_VALIDATION_FAILED: 'the document does not fit the schema, or is too large',
  UNAUTHENTICATED: 'the request has no valid JWT: HTTP status 401',
  AUTHENTICATION_UNAVAILABLE:
    'the identity server does not answer, so the gateway cannot verify the JWT: HTTP status 503, try again after `retryAfterMs`',
  FORBIDDEN: 'the JWT lacks `requiredPermission`',
  BAD_USER_INPUT: 'the gateway refused `argument` before it called HubSpot',
  PERSISTED_QUERY_NOT_SUPPORTED: 'the request names a document by its hash or id: send the text of the document',
  NOT_CONNECTED: 'the tenant has no connected installation; `remedy` connects one',
  INSTALLATION_AMBIGUOUS:
    'the tenant has several installations, the request names none, and the viewer has no default: choose one of `installationIds`',
  REAUTHORIZATION_REQUIRED:
    'HubSpot no longer accepts the grant of `installationId`, because of `reason`; `remedy` connects it again',
  MISSING_SCOPES:
    '`coordinate` needs `requiredScopes`, and the portal of `installationId` has not granted `missingScopes`; `remedy` requests them',
  RATE_LIMITED:
    "HubSpot's rate limits leave no call in time, or the viewer has started too many connect flows: try again after `retryAfterMs`",
  HUBSPOT_UNAVAILABLE:
    'HubSpot fails, or HubSpot has locked the portal: try again, after `retryAfterMs` if the error has it',
  HUBSPOT_TIMEOUT: 'HubSpot did not answer in time; a write may have succeeded',
  HUBSPOT_FORBIDDEN: 'HubSpot refused the call although the scopes are granted',
  HUBSPOT_UNAUTHORIZED: 'HubSpot refused a fresh token',
  HUBSPOT_BAD_REQUEST: 'HubSpot refused a read as invalid',
  HUBSPOT_BAD_RESPONSE: 'HubSpot sent an invalid answer',
  NOT_FOUND: 'a mutation names an installation that the tenant does not have',
  STORAGE_UNAVAILABLE: "the gateway's database fails: try again after `retryAfterMs`",
  OVERLOADED: 'the gateway has too many requests: HTTP status 503, try again after `retryAfterMs`',
  INTERNAL_SERVER_ERROR: 'the gateway has a bug',
};

/** The codes as a Markdown list. GraphiQL renders it. */
export const ERROR_CODE_LIST = Object.entries(ERROR_CODES)
  .map(([code, text]) => `- \`${code}\`: ${text}`)
  .join('\n');
