import type { Random } from './random.ts';

type Mutilation = (text: string, random: Random) => string;

const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '"',
  '"""',
  '$',
  '...',
  '@',
  '!',
  ':',
  '#',
  '\u0000',
  '\ufeff',
  '\\u{110000}',
  '__proto__',
  '1e999',
  '&',
] as const;
const INSERTS = [
  '@defer',
  '@include',
  '@skip(if: "x")',
  '@nothing',
  '...F99',
  '__proto__',
  '__schema { types { name } }',
  'constructor: __typename',
] as const;

function at(text: string, random: Random): number {
  return random.integer(0, text.length);
}

/** Behind an opening brace, where a selection may stand. */
function insert(text: string, what: string, random: Random): string {
  const places = [...text.matchAll(/\{/g)].map(({ index }) => index + 1);
  const place = places[random.integer(0, places.length - 1)] ?? 0;
  return `${text.slice(0, place)} ${what} ${text.slice(place)}`;
}

function words(text: string, random: Random, change: (word: string) => string): string {
  const all = [...text.matchAll(/\w+/g)];
  const word = all[random.integer(0, all.length - 1)];
  if (!word) return text;
  return text.slice(0, word.index) + change(word[0]) + text.slice(word.index + word[0].length);
}

const MUTILATIONS: readonly [Mutilation, ...Mutilation[]] = [
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => {
    const from = at(text, random);
    return text.slice(0, from) + text.slice(from + random.integer(1, 9));
  },
  (text, random) => {
    const place = at(text, random);
    return text.slice(0, place) + random.pick(PIECES) + text.slice(place);
  },
  (text, random) => words(text, random, (word) => `${word}x`),
  (text, random) => words(text, random, (word) => word.slice(1)),
  (text, random) => words(text, random, () => '__proto__'),
  (text, random) => insert(text, random.pick(INSERTS), random),
  (text, random) => insert(text, random.pick(INSERTS), random),
  (text) => text.replace('query', 'subscription'),
  (text) => `${text} ${text}`,
  (text) => `${text} fragment L on Query { ...L }`,
  (text) => `${text} type T { x: Int }`,
  (text, random) =>
    insert(text, Array.from({ length: random.integer(28, 40) }, (_, n) => `a${n}: __typename`).join(' '), random),
  (text, random) => {
    const levels = random.integer(4, 60);
    return insert(
      text,
      `contacts { nodes { ${'companies { nodes { contacts { nodes { '.repeat(levels)} id ${'} } } } '.repeat(levels)} } }`,
      random,
    );
  },
  (text, random) => insert(text, '__typename '.repeat(random.pick([2, 3, 5, 9, 1_970, 2_000])), random),
];

/** The document with something in it that is wrong, or nearly so. */
export function mutilated(text: string, random: Random): string {
  return random.pick(MUTILATIONS)(text, random);
}
