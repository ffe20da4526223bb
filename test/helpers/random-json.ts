import type { Random } from './random.ts';

const DOCUMENTS = [
  '{ viewer { id } }',
  '{ viewer { id } }',
  'query A { viewer { id } }',
  'query A($a: ID!) { node(id: $a) { id } installation(id: $a) { id } }',
  'query A($a: String) { contacts(first: 1, query: $a) { nodes { id } } }',
  'mutation A($a: String!) { completeHubSpotConnection(connection: $a) { __typename } }',
  'mutation A($a: CreateContactInput!) { createContact(input: $a) { created } }',
  '{ viewer { id',
  '{ nothing }',
  '',
  '\u0000',
  '\ufeff{ viewer { id } }',
  '{ __proto__ }',
  '{ viewer { id @include(if: $__proto__) } }',
  '# only a comment',
  '"""',
  'query A($a: [[[ID!]!]!]!) { viewer { id } }',
  'subscription A { x }',
] as const;
/** Answered with data, without variables. */
const GOOD: ReadonlySet<string> = new Set(['{ viewer { id } }', 'query A { viewer { id } }']);
const TEXTS = [
  '""',
  '"x"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ufeff"',
  '"\\/"',
  '"Contact:1234567:100001"',
  '"__proto__"',
  '"../../etc/passwd"',
  '"{{x}}"',
] as const;
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.5',
  '1e999',
  '-1e400',
  '9007199254740993',
  '123456789012345678901234567890',
  '1E+2',
  '5e-324',
] as const;
const NAMES = ['a', 'a', 'a', 'b', '__proto__', 'constructor', 'toString', 'query', '', '\\u0000', 'polluted'] as const;

/** JSON of any shape, as text: names may stand there twice, and numbers be larger than any. */
export function randomJson(random: Random, depth = 0): string {
  const kind = random.next();
  if (depth < 4 && kind < 0.3) {
    const members = Array.from(
      { length: random.integer(0, 3) },
      () => `"${random.pick(NAMES)}":${randomJson(random, depth + 1)}`,
    );
    return `{${members.join()}}`;
  }
  if (depth < 4 && kind < 0.4)
    return `[${Array.from({ length: random.integer(0, 3) }, () => randomJson(random, depth + 1)).join()}]`;
  if (kind < 0.42) return nested(random);
  if (kind < 0.75) return random.pick(TEXTS);
  return kind < 0.9 ? random.pick(NUMBERS) : random.pick(['null', 'true', 'false']);
}

function nested(random: Random): string {
  const levels = random.pick([3, 90, 101, 5_000, 20_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"__proto__":', '}'],
  ] as [[string, string], ...[string, string][]]);
  return `${open.repeat(levels)}${open === '[' ? '' : '1'}${close.repeat(levels)}`;
}

/** A body; `isGood` where it is a request that must be answered with data. */
export function randomBody(random: Random): { readonly body: Buffer; readonly isGood: boolean } {
  const query = random.pick(DOCUMENTS);
  const isOdd = random.chance(0.6);
  const members = [`"query":${random.chance(0.1) && isOdd ? randomJson(random) : JSON.stringify(query)}`];
  if (isOdd) {
    if (random.chance(0.6)) members.push(`"variables":${random.chance(0.6) ? variables(random) : randomJson(random)}`);
    if (random.chance(0.3))
      members.push(`"operationName":${random.pick(['"A"', '"A"', '"B"', 'null', '""', '1', '{}'])}`);
    if (random.chance(0.2))
      members.push(`"extensions":${random.pick(['{}', '{"persistedQuery":{"version":1}}', '[]', '1', 'null'])}`);
    if (random.chance(0.1)) members.push(`"${random.pick(NAMES)}":${randomJson(random)}`);
    if (random.chance(0.1)) members.reverse();
  }
  const text = `{${members.join(random.pick([',', ',', ' ,\n\t']))}}`;
  if (!random.chance(0.25))
    return {
      body: Buffer.from(text),
      isGood: !isOdd && GOOD.has(query),
    };
  return { body: spoiled(text, random), isGood: false };
}

function variables(random: Random): string {
  return `{"${random.pick(['a', 'a', 'b', '__proto__'])}":${randomJson(random)}}`;
}

function spoiled(text: string, random: Random): Buffer {
  const at = random.integer(0, text.length);
  const inserted = (bytes: readonly number[]) =>
    Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(bytes), Buffer.from(text.slice(at))]);
  switch (random.integer(0, 9)) {
    case 0:
      return Buffer.from(text.slice(0, at));
    case 1:
      return Buffer.from(`\ufeff${text}`);
    case 2:
      return inserted(
        random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82]]),
      );
    case 3:
      return inserted([0]);
    case 4:
      return Buffer.from(text, 'utf16le');
    case 5:
      return Buffer.from(`[${text},${text}]`);
    case 6:
      return Buffer.from(`${text}${text}`);
    case 7:
      return Buffer.from(randomJson(random));
    case 8:
      return Buffer.from(Array.from({ length: random.integer(0, 300) }, () => random.integer(0, 255)));
    default:
      return Buffer.from(' '.repeat(random.pick([1, 1_000, 999_950, 1_000_001])) + text);
  }
}
