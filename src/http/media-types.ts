import { MIMEType } from 'node:util';
import { LRUCache } from 'lru-cache';

/** Clients send few headers, the same again and again; one that is longer is nobody's default. */
const REMEMBERED = { entries: 500, characters: 500 };

/** An answer is one result as JSON, or a stream of parts. */
const ANSWER_TYPES = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
] as const;

export type AnswerType = (typeof ANSWER_TYPES)[number];

/** True for an answer that is one result as JSON. */
export function isSingle(type: AnswerType): boolean {
  return type.endsWith('json');
}

/** The second is what clients called the first before there was a specification. */
const REQUEST_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/graphql+json']);

/**
 * True when a `Content-Type` means JSON in UTF-8, in any case and with any other parameters. Forms and plain text are
 * what a foreign page can send without asking. https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types
 */
export const isJsonRequest = remembered((contentType) => {
  const type = parse(contentType);
  return type !== undefined && REQUEST_TYPES.has(type.essence) && isUtf8(type);
});

/**
 * The type to answer an `Accept` header in; `undefined` when none will do. One result goes before a stream, then the
 * greatest weight decides, then the order of the header (RFC 9110 § 12.5.1).
 */
export const answerTypeFor = remembered((accept) => {
  const ranges = (accept.trim() || '*/*').split(',').flatMap((text) => parse(text) ?? []);
  return ANSWER_TYPES.map((type) => offer(type, ranges.filter(isUtf8)))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => Number(isSingle(b.type)) - Number(isSingle(a.type)) || b.weight - a.weight || a.place - b.place)[0]
    ?.type;
});

/** The weight and the place of the most specific range that covers `type`. */
function offer(type: AnswerType, ranges: readonly MIMEType[]) {
  const [group] = type.split('/');
  for (const name of [type, `${group}/*`, '*/*']) {
    const place = ranges.findIndex(({ essence }) => essence === name);
    const range = ranges[place];
    if (range) return { type, place, weight: Number(range.params.get('q') ?? 1) };
  }
  return { type, place: ranges.length, weight: 0 };
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

function remembered<T>(decide: (header: string) => T): (header: string) => T {
  const known = new LRUCache<string, { readonly decision: T }>({ max: REMEMBERED.entries });
  return (header) => {
    const entry = known.get(header) ?? { decision: decide(header) };
    if (header.length <= REMEMBERED.characters) known.set(header, entry);
    return entry.decision;
  };
}
