import type { GatewayErrorCode } from '../errors.ts';

/** What a frontend is to know of each `extensions.code`; in backquotes what stands beside it in `extensions`. */
const ERROR_CODES: Readonly<Record<GatewayErrorCode, string>> = {
  GRAPHQL_PARSE_FAILED: 'the document cannot be read',
  GRAPHQL_VALIDATION_FAILED: 'the document does not fit the schema, or is too large',
  UNAUTHENTICATED: 'no JWT that is valid: HTTP status 401',
  AUTHENTICATION_UNAVAILABLE:
    'the identity server does not answer, so no JWT can be checked: HTTP status 503, ask again after `retryAfterMs`',
  FORBIDDEN: 'the JWT lacks `requiredPermission`',
  BAD_USER_INPUT: '`argument` was refused before HubSpot was called',
  PERSISTED_QUERY_NOT_SUPPORTED: 'the request named a document by its hash or id: send its text',
  NOT_CONNECTED: 'the tenant has no installation that is connected; `remedy` connects one',
  INSTALLATION_AMBIGUOUS: 'it has several, none was named, and the viewer chose no default: `installationIds`',
  REAUTHORIZATION_REQUIRED:
    'HubSpot does not accept the grant of `installationId` any more, for `reason`; `remedy` connects again',
  MISSING_SCOPES:
    'the portal of `installationId` did not grant what `coordinate` needs, `requiredScopes`: `missingScopes`; `remedy` asks for them',
  RATE_LIMITED:
    "HubSpot's limits cannot serve this in time, or the viewer started too many connections: ask again after `retryAfterMs`",
  HUBSPOT_UNAVAILABLE: 'HubSpot fails, or its portal is locked: ask again, after `retryAfterMs` where it is told',
  HUBSPOT_TIMEOUT: 'HubSpot did not answer in time; a write may have been done',
  HUBSPOT_FORBIDDEN: 'HubSpot refused although the scopes are granted',
  HUBSPOT_UNAUTHORIZED: 'HubSpot refused a fresh token',
  HUBSPOT_BAD_REQUEST: 'HubSpot refused a read as invalid',
  HUBSPOT_BAD_RESPONSE: 'HubSpot answered something that cannot be read',
  NOT_FOUND: 'a mutation names an installation that the tenant does not have',
  STORAGE_UNAVAILABLE: "the gateway's own database fails: ask again after `retryAfterMs`",
  OVERLOADED: 'the gateway has too much to do: HTTP status 503, ask again after `retryAfterMs`',
  INTERNAL_SERVER_ERROR: 'a fault of the gateway',
};

/** The codes as a list in Markdown, which GraphiQL shows as one. */
export const ERROR_CODE_LIST = Object.entries(ERROR_CODES)
  .map(([code, text]) => `- \`${code}\`: ${text}`)
  .join('\n');
