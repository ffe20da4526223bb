/** What a frontend needs to offer a button that mends the refusal: the mutation and its whole input. */
export interface Remedy {
  readonly mutation: 'connectHubSpot';
  readonly input: { readonly installationId?: string; readonly scopes?: readonly string[] };
}

/** HubSpot's own facts about a failed call. Never its message, a URL, a header or a body. */
export interface HubspotFacts {
  /** HTTP status. */
  readonly status: number;
  readonly category?: string;
  readonly subCategory?: string;
  /** Quote it to HubSpot's support. */
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
    /** `Contact.owner`, `Query.deals`: the concrete parent type and the field. */
    readonly coordinate: string;
    /** One of these lists must be granted whole. */
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

/** `extensions` of an error, told apart by `code`. For frontends in TypeScript. */
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
 * Whether `extensions` of an error are the gateway's, of a code that this version knows: a `switch` over `code` then
 * narrows them. False for those of another server, and for a code that a later gateway has: treat it as a failure.
 */
export function isGatewayErrorExtensions(extensions: unknown): extensions is GatewayErrorExtensions {
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return false;
  return typeof extensions.code === 'string' && Object.hasOwn(CODES, extensions.code);
}

/** A failure that a client may see as it is: a closed set of codes, each with its evidence. */
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

/** True when `error` is a GatewayError, of `code` where one is named. */
export function isGatewayError<C extends GatewayErrorCode>(error: unknown, code?: C): error is GatewayError<C> {
  return error instanceof GatewayError && (code === undefined || error.code === code);
}

/** A failed answer of HubSpot's API, as far as it decides the code. */
export interface HubspotFailure extends HubspotFacts {
  /** `policyName` of a 429, e.g. `TEN_SECONDLY_ROLLING`. */
  readonly policy?: string;
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number;
}

type FailureCode =
  | 'HUBSPOT_FORBIDDEN'
  | 'RATE_LIMITED'
  | 'HUBSPOT_UNAVAILABLE'
  | 'HUBSPOT_TIMEOUT'
  | 'HUBSPOT_BAD_RESPONSE'
  | 'HUBSPOT_BAD_REQUEST'
  | 'HUBSPOT_UNAUTHORIZED';

// https://developers.hubspot.com/docs/api-reference/error-handling: 423 is a lock under heavy writes, 477 an account
// that is being moved between data centres, 52x come from Cloudflare in front of HubSpot.
const FAILURE_TABLE: readonly (readonly [(status: number) => boolean, FailureCode, string])[] = [
  [(s) => s === 401, 'HUBSPOT_UNAUTHORIZED', 'HubSpot does not accept the access token of this installation.'],
  [(s) => s === 403, 'HUBSPOT_FORBIDDEN', 'HubSpot refused this although the granted scopes looked sufficient.'],
  [(s) => s === 408 || s === 504 || s === 524, 'HUBSPOT_TIMEOUT', 'HubSpot did not answer in time.'],
  [(s) => s === 429, 'RATE_LIMITED', 'The rate limit of this HubSpot portal is used up.'],
  [(s) => s === 423 || s === 477 || s >= 500, 'HUBSPOT_UNAVAILABLE', 'HubSpot is not available at the moment.'],
  [(s) => s >= 400, 'HUBSPOT_BAD_REQUEST', 'HubSpot refused the request as invalid.'],
  [() => true, 'HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that could not be understood.'],
];

/** Without `Retry-After` a window lasts at most so long. The daily one ends at midnight in the portal's time zone. */
const WINDOW_MS: Readonly<Record<string, number>> = { TEN_SECONDLY_ROLLING: 10_000, DAILY: 60 * 60 * 1000 };
/** The search budget, which names no policy, is counted per second. */
const SECOND_WINDOW_MS = 1_000;

/** HubSpot refused a call with a 429, and did nothing. */
export class LimitReachedError extends GatewayError<'RATE_LIMITED'> {
  /** What HubSpot itself asked for, if anything; `extensions` falls back to the window of the policy. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { policy, retryAfterMs, ...hubspot }: HubspotFailure) {
    const windowMs = (policy && WINDOW_MS[policy]) || SECOND_WINDOW_MS;
    super('RATE_LIMITED', message, { retryAfterMs: retryAfterMs ?? windowMs, ...(policy && { policy }), hubspot });
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * What a failed answer of HubSpot means to a client. `decisive` is the status that decides, where it is not that of the
 * whole answer: one part of a batch fails as a call of its own would.
 */
export function hubspotError(failure: HubspotFailure, decisive = failure.status): GatewayError {
  const { policy: _, retryAfterMs, ...facts } = failure;
  const row = FAILURE_TABLE.find(([matches]) => matches(decisive));
  const [, code, message] = row ?? [undefined, 'HUBSPOT_BAD_RESPONSE' as const, 'HubSpot answered nonsense.'];
  if (code === 'RATE_LIMITED') return new LimitReachedError(message, failure);
  return new GatewayError(code, message, { ...(retryAfterMs !== undefined && { retryAfterMs }), hubspot: facts });
}
