/** Headers by name in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** The headers of all answers of the GraphQL endpoint. */
export interface AnswerHeaders {
  /** Headers of every answer, also of refusals. Without them, a page of another origin cannot read the answer. */
  readonly of: (origin: string | null | undefined) => Headers;
  /** Additional headers of the answer to a CORS preflight request. */
  readonly ofPreflight: (origin: string | null, requestedHeaders: string | null) => Headers;
}

/** How long browsers cache a preflight answer. Firefox's maximum; Chromium caches it for two hours. */
const PREFLIGHT_LIFE_S = 86_400;

/**
 * Headers that forbid caching, because answers belong to one viewer, and that let pages of `corsOrigins` read answers.
 */
export function createAnswerHeaders(corsOrigins: readonly string[]): AnswerHeaders {
  const ofAny: Headers = { 'cache-control': 'no-store', ...(corsOrigins.length > 0 && { vary: 'Origin' }) };
  const ofAllowed = new Map(corsOrigins.map((origin) => [origin, { ...ofAny, ...readableBy(origin) }]));
  return {
    of: (origin) => ofAllowed.get(origin ?? '') ?? ofAny,
    ofPreflight(origin, requestedHeaders) {
      if (!ofAllowed.has(origin ?? '')) return { allow: 'GET, POST' };
      return {
        'access-control-allow-methods': 'GET, POST',
        // Clients send additional headers, for example for tracing. The gateway ignores them, so it allows them all.
        'access-control-allow-headers': requestedHeaders ?? 'authorization, content-type',
        'access-control-max-age': String(PREFLIGHT_LIFE_S),
        vary: 'Access-Control-Request-Headers',
      };
    },
  };
}

function readableBy(origin: string): Headers {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-request-id, retry-after',
  };
}
