/** The mutation that fixes an error, with its complete input. A frontend can offer it as a button. */
export interface Remedy {
  readonly mutation: 'connectHubSpot';
  readonly input: { readonly installationId?: string; readonly scopes?: readonly string[] };
}

/** HubSpot's data about a failed call, without its message, URL, headers and body. */
export interface HubspotFacts {
  /** HTTP status. */
  readonly status: number;
  readonly category?: string;
  readonly subCategory?: string;
  /** HubSpot's support asks for it. */
  readonly correlationId?: string;
}

type Nothing = Readonly<Record<never, never>>;

/** The fields beside `code` in the `extensions` of every error of the gateway, by code. */
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

export type GatewayErrorCode = keyof ExtensionsByCode;

/** The `extensions` of an error as a union that `code` discriminates. For frontends in TypeScript. */
export type GatewayErrorExtensions = {
  [C in GatewayErrorCode]: { readonly code: C } & ExtensionsByCode[C];
}[GatewayErrorCode];

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

/**
 * Whether `extensions` are those of a gateway error with a code of this version. A `switch` over `code` then narrows
 * them.
 * False for extensions of another server, and for a code of a later version, which a client should treat as a failure.
 */
export function isGatewayErrorExtensions(extensions: unknown): extensions is GatewayErrorExtensions {
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return false;
  return typeof extensions.code === 'string' && Object.hasOwn(CODES, extensions.code);
}

/** An error that clients see. It has one of a closed set of codes, and the extensions of this code. */
export class GatewayError<C extends GatewayErrorCode = GatewayErrorCode> extends Error {
  override readonly name = 'GatewayError';
  readonly code: C;
  readonly extensions: ExtensionsByCode[C];

  constructor(code: C, message: string, extensions: ExtensionsByCode[C], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.extensions = extensions;
  }
}

/** True when `error` is a GatewayError, with the code `code` if it is given. */
export function isGatewayError<C extends GatewayErrorCode>(error: unknown, code?: C): error is GatewayError<C> {
  return error instanceof GatewayError && (code === undefined || error.code === code);
}
