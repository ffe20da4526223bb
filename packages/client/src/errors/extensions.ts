/** The mutation that fixes an error, with its complete input: `connect(remedy.input)` sends it. */
export interface Remedy {
  readonly mutation: 'connectHubSpot';
  readonly input: { readonly installationId?: string; readonly scopes?: readonly string[] };
}

/** HubSpot's data about a failed call. */
export interface HubspotFacts {
  /** HTTP status. */
  readonly status: number;
  readonly category?: string;
  readonly subCategory?: string;
  /** HubSpot's support asks for it. */
  readonly correlationId?: string;
}

type Nothing = Readonly<Record<never, never>>;

/**
 * The fields beside `code` in the `extensions` of every error of the gateway, by code. The gateway's `docs/errors.md`
 * describes them.
 */
export interface ExtensionsByCode {
  GRAPHQL_PARSE_FAILED: Nothing;
  GRAPHQL_VALIDATION_FAILED: Nothing;
  UNAUTHENTICATED: Nothing;
  AUTHENTICATION_UNAVAILABLE: { readonly retryAfterMs: number };
  FORBIDDEN: { readonly requiredPermission?: string };
  BAD_USER_INPUT: { readonly argument?: string };
  PERSISTED_QUERY_NOT_SUPPORTED: Nothing;
  NOT_CONNECTED: { readonly remedy: Remedy };
  INSTALLATION_AMBIGUOUS: { readonly installationIds: readonly string[] };
  REAUTHORIZATION_REQUIRED: {
    readonly installationId: string;
    readonly reason: string | null;
    readonly remedy: Remedy;
  };
  MISSING_SCOPES: {
    readonly installationId: string;
    /** The concrete parent type and the field, such as `Contact.owner`. */
    readonly coordinate: string;
    /** The grant must have all scopes of at least one list. */
    readonly requiredScopes: readonly (readonly string[])[];
    readonly missingScopes: readonly string[];
    readonly remedy: Remedy;
  };
  HUBSPOT_FORBIDDEN: { readonly hubspot?: HubspotFacts };
  NOT_FOUND: Nothing;
  RATE_LIMITED: { readonly retryAfterMs: number; readonly policy?: string; readonly hubspot?: HubspotFacts };
  HUBSPOT_UNAVAILABLE: { readonly retryAfterMs?: number; readonly hubspot?: HubspotFacts };
  HUBSPOT_TIMEOUT: { readonly retryAfterMs?: number; readonly hubspot?: HubspotFacts };
  HUBSPOT_BAD_RESPONSE: { readonly hubspot?: HubspotFacts };
  HUBSPOT_BAD_REQUEST: { readonly hubspot?: HubspotFacts };
  HUBSPOT_UNAUTHORIZED: { readonly hubspot?: HubspotFacts };
  STORAGE_UNAVAILABLE: { readonly retryAfterMs: number };
  OVERLOADED: { readonly retryAfterMs: number };
  INTERNAL_SERVER_ERROR: Nothing;
}

/** The codes of the gateway. */
export type GatewayErrorCode = keyof ExtensionsByCode;

const CODES: Readonly<Record<GatewayErrorCode, true>> = {
  GRAPHQL_PARSE_FAILED: true,
  GRAPHQL_VALIDATION_FAILED: true,
  UNAUTHENTICATED: true,
  AUTHENTICATION_UNAVAILABLE: true,
  FORBIDDEN: true,
  BAD_USER_INPUT: true,
  PERSISTED_QUERY_NOT_SUPPORTED: true,
  NOT_CONNECTED: true,
  INSTALLATION_AMBIGUOUS: true,
  REAUTHORIZATION_REQUIRED: true,
  MISSING_SCOPES: true,
  HUBSPOT_FORBIDDEN: true,
  NOT_FOUND: true,
  RATE_LIMITED: true,
  HUBSPOT_UNAVAILABLE: true,
  HUBSPOT_TIMEOUT: true,
  HUBSPOT_BAD_RESPONSE: true,
  HUBSPOT_BAD_REQUEST: true,
  HUBSPOT_UNAUTHORIZED: true,
  STORAGE_UNAVAILABLE: true,
  OVERLOADED: true,
  INTERNAL_SERVER_ERROR: true,
};

/** The codes of this version of the gateway. */
export const GATEWAY_ERROR_CODES = Object.keys(CODES) as readonly GatewayErrorCode[]; // CODES has exactly these keys.

/** True for a code of this version of the gateway. */
export function isGatewayErrorCode(code: unknown): code is GatewayErrorCode {
  return typeof code === 'string' && Object.hasOwn(CODES, code);
}
