import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

/** Generous: the machine that runs this may be busy. Unbounded work takes minutes. */
const CEILING_MS = 2_000;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

afterEach(() => expectUnharmed(stack));

function codes({ errors = [] }: Answer): unknown[] {
  return [...new Set(errors.map(({ extensions }) => extensions?.code))];
}

/** The answer within the ceiling; a refusal is short, says why in a code, and names no limit. */
async function answer(query: string, variables?: object): Promise<Answer> {
  const startedAt = performance.now();
  const { raw, answer } = await stack.send(query, variables);
  expect(performance.now() - startedAt).toBeLessThan(CEILING_MS);
  expect(raw.status).toBeLessThan(500);
  for (const { message, extensions } of answer.errors ?? []) {
    expect(extensions?.code).toEqual(expect.any(String));
    expect(message.length).toBeLessThanOrEqual(500);
    expect(message).not.toMatch(/(limit|than|that|exceed\w*|of) \d+/);
  }
  return answer;
}

async function refusal(query: string): Promise<string[]> {
  const { data, errors = [] } = await answer(query);
  expect(data).toBeUndefined();
  expect(errors).not.toEqual([]);
  return errors.map(({ message }) => message);
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const aliases = (count: number, field: string) => times(count, (index) => `a${index}: ${field}`);
/** `{ viewer { … } }` below `spreads` fragments, each of which spreads the next one twice. */
const bomb = (type: string, leaf: string, spreads: number) =>
  `${times(spreads, (i) => `fragment f${i} on ${type} { ...f${i + 1} ...f${i + 1} }`)} fragment f${spreads} on ${type} { ${leaf} }`;

describe('limits of an operation', () => {
  it('B24 counts aliases, of __typename too', async () => {
    expect(await answer(`{ viewer { ${aliases(30, 'id')} } }`)).not.toHaveProperty('errors');
    for (const field of ['id', '__typename']) {
      expect(await refusal(`{ viewer { ${aliases(31, field)} } }`)).toEqual(['The operation has too many aliases.']);
    }
    expect(await refusal(`{ ${aliases(101, '__typename')} }`)).toContain('The operation has too many aliases.');
    expect(await refusal(`{ ${aliases(10_000, '__typename')} }`)).toEqual(['The document is too long.']);
  });

  it('B24 counts aliases behind fragments', async () => {
    const halves = times(2, (half) => `fragment h${half} on Viewer { ${times(16, (i) => `a${half}x${i}: id`)} }`);
    expect(await refusal(`{ viewer { ...h0 ...h1 } } ${halves}`)).toEqual(['The operation has too many aliases.']);
    const disguised = `fragment __schema on Viewer { ${aliases(31, 'id')} }`;
    expect(await refusal(`{ viewer { ...__schema } } ${disguised}`)).toEqual(['The operation has too many aliases.']);
  });

  it('B25 refuses a field repeated a thousand and twenty thousand times', async () => {
    expect(codes(await answer(`{ viewer { ${'id '.repeat(1_000)} } }`))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await refusal(`{ viewer { ${'id '.repeat(20_000)} } }`)).toEqual(['The document is too long.']);
  });

  it('B25 B44 allows twenty root fields in any form', async () => {
    expect(await answer(`{ ${'viewer { id } '.repeat(20)} }`)).toEqual({ data: { viewer: { id: 'alice' } } });
    const tooMany = ['The operation has too many root fields.'];
    expect(await refusal(`{ ${'viewer { id } '.repeat(21)} }`)).toEqual(tooMany);
    expect(await refusal(`{ ${'... { viewer { id } } '.repeat(21)} }`)).toEqual(tooMany);
    expect(await refusal(`{ ...f ...f } fragment f on Query { ${'viewer { id } '.repeat(11)} }`)).toEqual(tooMany);
    expect(await refusal(`mutation { ${aliases(50, 'connectHubSpot { expiresAt }')} }`)).toEqual([
      ...tooMany,
      'The operation has too many aliases.',
    ]);
  });

  it('B26 allows a depth of twelve, and does not count fragments as levels', async () => {
    const contacts = (selection: string) => `{ contacts { nodes { deals(first: 1) { nodes { contacts(first: 1) { nodes {
      deals(first: 1) { nodes { contacts(first: 1) { nodes { ${selection} } } } } } } } } } } }`;
    // Nothing is connected, so what passes is refused further inside.
    expect(codes(await answer(contacts('id')))).toEqual(['NOT_CONNECTED']);
    const spread = contacts('... on Contact { ...f }');
    expect(codes(await answer(`${spread} fragment f on Contact { ... { id } }`))).toEqual(['NOT_CONNECTED']);
    expect(codes(await answer(contacts('deals { __typename }')))).toEqual(['NOT_CONNECTED']);
    expect(await refusal(contacts('deals { nodes { id } }'))).toEqual(['The operation is nested too deeply.']);
    expect(await refusal(`${spread} fragment f on Contact { deals { nodes { id } } }`)).toEqual([
      'The operation is nested too deeply.',
    ]);
  });

  it.each([50, 10_000, 100_000])('B26 refuses %i braces', async (depth) => {
    await refusal('{a'.repeat(depth) + '}'.repeat(depth));
    await refusal('{'.repeat(depth));
  });

  it.each([101, 1_900, 50_000])('B27 refuses %i nested lists and objects', async (depth) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{a:', '}'],
      ['[', ''],
      ['{a:[', ''],
    ] as const) {
      expect(codes(await answer(`{ contact(id: ${open.repeat(depth)}1${close.repeat(depth)}) { id } }`))).toEqual([
        'GRAPHQL_PARSE_FAILED',
      ]);
    }
  });
});

describe('fragments', () => {
  it.each([
    '{ ...a } fragment a on Query { ...a viewer { id } }',
    '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    '{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { ...a }',
  ])('B28 refuses the circle %s', async (query) => {
    expect((await refusal(query)).join()).toContain('within itself');
  });

  it.each([20, 150])('B29 defuses a bomb of 2^%i fragments', async (spreads) => {
    expect(await answer(`{ viewer { ...f0 } } ${bomb('Viewer', 'id', spreads)}`)).toEqual({
      data: { viewer: { id: 'alice' } },
    });
    expect(await refusal(`{ ...f0 } ${bomb('Query', 'viewer { id }', spreads)}`)).toEqual([
      'The operation has too many root fields.',
    ]);
    expect(await refusal(`{ viewer { ...f0 } } ${bomb('Viewer', 'a: id', spreads)}`)).toEqual([
      'The operation has too many aliases.',
    ]);
    // Neither of these two has a single field to count.
    expect((await refusal(`{ ...f0 } ${bomb('Query', '...nobody', spreads)}`)).join()).toContain('nobody');
    expect((await refusal(`{ ...f0 } ${bomb('Query', '...f0', spreads)}`)).join()).toContain('within itself');
  });

  it('B30 merges or refuses hundreds of overlapping inline fragments', async () => {
    expect(await answer(`{ viewer { ${'... { ... { id } } '.repeat(150)} } }`)).toEqual({
      data: { viewer: { id: 'alice' } },
    });
    expect(await refusal(`{ viewer { ${'... { id } '.repeat(3_000)} } }`)).toEqual(['The document is too long.']);
  });

  it('B32 counts a fragment called __schema, and one that was counted before, like any other', async () => {
    const levels = (depth: number, leaf: string): string =>
      depth === 0 ? leaf : `deals { nodes { contacts { nodes { ${levels(depth - 1, leaf)} } } } }`;
    const disguised = `fragment __schema on Contact { ${levels(3, 'id')} }`;
    expect(await refusal(`{ contacts { nodes { ...__schema } } } ${disguised}`)).toEqual([
      'The operation is nested too deeply.',
    ]);
    const twice = `{ contacts { nodes { ...f } } a: contacts { nodes { ${levels(2, '...f')} } } }`;
    expect(await refusal(`${twice} fragment f on Contact { ${levels(1, 'id')} }`)).toEqual([
      'The operation is nested too deeply.',
    ]);
  });
});

describe('the rest of a document', () => {
  it('B30 refuses fragments that spread one another in circles', async () => {
    const spread = (index: number) => `...f${index % 180}`;
    const circles = times(180, (i) => `fragment f${i} on Contact { ${spread(7 * i + 1)} ${spread(11 * i + 3)} id }`);
    const messages = await refusal(`{ contacts(first: 1) { nodes { ...f0 } } } ${circles}`);
    expect(messages[0]).toContain('within itself');
  });

  it('B38 refuses thousands of lines, which every error would count', async () => {
    const lines = '\n'.repeat(450_000);
    const unknown = times(100, (index) => `field${index}`);
    for (const document of [`${lines}{ ${unknown} }`, `{ viewer { id(a: """${lines}""") } ${unknown} }`]) {
      expect(await refusal(document)).toEqual(['The document has too many lines.']);
    }
    expect(await answer(`${'\n'.repeat(3_999)}{ viewer { id } }`)).toEqual({ data: { viewer: { id: 'alice' } } });
  });

  it('B31 refuses directives by the hundred', async () => {
    expect(codes(await answer(`{ viewer ${'@aa '.repeat(990)} { id } }`))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await refusal(`{ viewer ${'@include(if: true) '.repeat(1_000)} { id } }`)).toEqual([
      'The document is too long.',
    ]);
    expect(codes(await answer('{ viewer @include(if: true) @include(if: true) { id } }'))).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('B31 counts what a directive would skip', async () => {
    const skipped = `query($x: Boolean!) { ${'viewer @skip(if: $x) { id } '.repeat(21)} }`;
    expect(codes(await answer(skipped, { x: true }))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it.each([
    ['a subscription', 'subscription { viewer { id } }'],
    ['@defer', '{ ... @defer { viewer { id } } }'],
    ['@stream', '{ installations @stream { id } }'],
    ['a type definition', 'type A { a: Int } query { viewer { id } }'],
    ['only a fragment', 'fragment a on Query { viewer { id } }'],
    ['nothing', ''],
    ['only a comment', '# { viewer { id } }'],
  ])('B41 B42 refuses %s', async (_name, query) => {
    await refusal(query);
  });

  it('B38 B39 bounds names, comments and commas by the size of the body', async () => {
    for (const document of [
      `query ${'a'.repeat(900_000)} { viewer { id } }`,
      `#${'a'.repeat(900_000)}\n{ viewer { id } }`,
      `${','.repeat(900_000)}{ viewer { id } }`,
    ]) {
      expect(await answer(document)).toEqual({ data: { viewer: { id: 'alice' } } });
    }
    expect(stack.logs.join('').length).toBeLessThan(500_000);
    await refusal(`{ ${'a'.repeat(900_000)} }`);
  });

  it.each([
    ['a number of 100,000 digits', `{ contacts(first: ${'9'.repeat(100_000)}) { nodes { id } } }`],
    ['1e999', '{ contacts(first: 1e999) { nodes { id } } }'],
    [
      'a block string of spaces',
      `{ contacts(first: """${' '.repeat(400_000)}${'\n '.repeat(3_000)}""") { nodes { id } } }`,
    ],
  ])('B40 refuses %s at once', async (_name, query) => {
    expect(codes(await answer(query))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});
