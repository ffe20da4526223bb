import { MIMEType } from 'node:util';
import { LRUCache } from 'lru-cache';

/** Clients send few different headers, so the results are cached. Longer headers are not cached. */
const CACHE = { entries: 500, characters: 500 };

/** An answer is either one result as JSON, or a stream of parts. */
const ANSWER_TYPES = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
] as const;

export type AnswerType = (typeof ANSWER_TYPES)[number];

/** True for one result as JSON, false for a stream. */
export function isSingle(type: AnswerType): boolean {
  return type.endsWith('json');
}

/** Clients used the second type before the specification existed. */
const REQUEST_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/graphql+json']);

/**
 * True when a `Content-Type` means JSON in UTF-8, in any case and with any other parameters. Other types are refused,
 * because a page of another origin can send forms and plain text without a CORS preflight.
 * https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types
 */
export const isJsonRequest = cached((contentType) => {
  const type = parse(contentType);
  return type !== undefined && REQUEST_TYPES.has(type.essence) && isUtf8(type);
});

/**
 * The answer's type for an `Accept` header; `undefined` when the header accepts none. Prefers one result to a stream,
 * then
 * the greatest weight, then the first position in the header (RFC 9110 § 12.5.1).
 */
export const answerTypeFor = cached((accept) => {
  const ranges = (accept.trim() || '*/*').split(',').flatMap((text) => parse(text) ?? []);
  return ANSWER_TYPES.map((type) => offer(type, ranges.filter(isUtf8)))
    .filter(({ weight }) => weight > 0)
    .sort(
      (a, b) => Number(isSingle(b.type)) - Number(isSingle(a.type)) || b.weight - a.weight || a.position - b.position,
    )[0]?.type;
});

/** The weight and the position of the most specific range that matches `type`. */
function offer(type: AnswerType, ranges: readonly MIMEType[]) {
  const [group] = type.split('/');
  for (const name of [type, `${group}/*`, '*/*']) {
    const position = ranges.findIndex(({ essence }) => essence === name);
    const range = ranges[position];
    if (range) return { type, position, weight: Number(range.params.get('q') ?? 1) };
  }
  return { type, position: ranges.length, weight: 0 };
}

function parse(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text.trim());
  } catch {
    return undefined;
  }
}

function isUtf8({ params }: MIMEType): boolean {
  return /^utf-?8$/i.test(params.get('charset') ?? 'utf-8');
}

function cached<T>(compute: (header: string) => T): (header: string) => T {
  const cache = new LRUCache<string, { readonly result: T }>({ max: CACHE.entries });
  return (header) => {
    const entry = cache.get(header) ?? { result: compute(header) };
    if (header.length <= CACHE.characters) cache.set(header, entry);
    return entry.result;
  };
}
