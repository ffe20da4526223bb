/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** The headers of every answer about GraphQL, whoever makes it. */
export interface AnswerHeaders {
  /** Of any answer, refusals included: without them a page of another origin sees only that something failed. */
  readonly of: (origin: string | null | undefined) => Headers;
  /** Of the answer to a preflight, beside those of any answer. */
  readonly ofPreflight: (origin: string | null, requestedHeaders: string | null) => Headers;
}

/** For so many seconds browsers need not ask again: as many as Firefox allows; Chromium takes two hours of them. */
const PREFLIGHT_LIFE_S = 86_400;

/** Answers are one viewer's alone, and may be read by pages of `corsOrigins` and by no others. */
export function createAnswerHeaders(corsOrigins: readonly string[]): AnswerHeaders {
  const ofAny: Headers = { 'cache-control': 'no-store', ...(corsOrigins.length > 0 && { vary: 'Origin' }) };
  const ofAllowed = new Map(corsOrigins.map((origin) => [origin, { ...ofAny, ...readableBy(origin) }]));
  return {
    of: (origin) => ofAllowed.get(origin ?? '') ?? ofAny,
    ofPreflight(origin, requestedHeaders) {
      if (!ofAllowed.has(origin ?? '')) return { allow: 'GET, POST' };
      return {
        'access-control-allow-methods': 'GET, POST',
        // Clients bring headers of their own, to be traced or counted; none but Authorization means anything here.
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
