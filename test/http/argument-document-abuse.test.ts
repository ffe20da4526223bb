import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
let installationId: string;
beforeAll(async () => {
  stack = await Stack.start();
  installationId = await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** Nearly as large as a document may be, with fragments that all have to be compared; no two are the same text. */
function heavy(index: number): string {
  const names = Array.from({ length: 120 }, (_, fragment) => `F${index}x${fragment}`);
  const spreads = names.map((name) => `...${name}`).join(' ');
  const fragments = names.map((name) => `fragment ${name} on Contact { companies { nodes { id } } }`).join(' ');
  return `{ contacts { nodes { ${spreads} } } } ${fragments}`;
}

const CONNECT = 'mutation ($input: ConnectHubSpotInput) { connectHubSpot(input: $input) { scopes } }';

/** The turns of the event loop that others were given while `work` was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => {
    isDone = true;
  });
  return turns;
}

/** The part of the time for `work` that the longest turn of the event loop took. */
async function longestTurnDuring(work: Promise<unknown>): Promise<number> {
  let longest = 0;
  let isDone = false;
  const beganAt = performance.now();
  let startedAt = beganAt;
  const measure = () => {
    longest = Math.max(longest, performance.now() - startedAt);
    startedAt = performance.now();
    if (!isDone) setImmediate(measure);
  };
  setImmediate(measure);
  await work.finally(() => {
    isDone = true;
  });
  return longest / (performance.now() - beganAt);
}

it('documents of one request have a bound together', async () => {
  const documents = Array.from({ length: 64 }, (_, index) => heavy(index));
  const { errors } = await stack.query(CONNECT, { input: { documents } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'documents' } }]);
  expect(errors?.[0]?.message).toContain('40000 tokens in all');
});

it('the same document is validated once, however often it comes', async () => {
  const document = heavy(1_000);
  const documents = Array.from({ length: 64 }, () => document);
  const { data } = await stack.query(CONNECT, { input: { documents } });
  expect(data).toMatchObject({ connectHubSpot: { scopes: expect.arrayContaining(['crm.objects.contacts.read']) } });
});

it('twenty fields with a document each share the bound, and leave turns of the event loop to others', async () => {
  const fields = (type: string, count: number) =>
    Array.from({ length: count }, (_, index) => `a${index}: ${type}(document: $d${index})`);
  const variables = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, heavy(from + index)]));
  const declared = (count: number) => Array.from({ length: count }, (_, index) => `$d${index}: String!`).join(' ');

  const scopes = fields('requiredScopes', 20).map((field) => `${field} { scopes }`);
  const asked = stack.query(`query (${declared(20)}) { ${scopes.join(' ')} }`, variables(2_000, 20));
  const turns = await turnsDuring(asked);
  expect((await asked).errors).toBeUndefined();
  expect(turns).toBeGreaterThanOrEqual(20);

  const access = fields('access', 25).map((field) => `${field} { allowed }`);
  const { errors } = await stack.query(
    `query ($id: ID!, ${declared(25)}) { installation(id: $id) { ${access.join(' ')} } }`,
    { id: installationId, ...variables(3_000, 25) },
  );
  expect(new Set(errors?.map(({ extensions }) => extensions?.code))).toEqual(new Set(['BAD_USER_INPUT']));
  expect(stack.simulator.log.all()).toEqual([]);
});

it('new documents of several requests are validated in different turns of the event loop', async () => {
  const requests = Array.from({ length: 20 }, (_, index) => {
    const query = heavy(4_000 + index).replace('contacts', 'contacts(first: 1)');
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` };
    return new Request(`${stack.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  });
  const answers = Promise.all(requests.map((request) => stack.gateway.fetch(request)));
  const longest = await longestTurnDuring(answers);
  expect((await answers).map(({ status }) => status)).toEqual(requests.map(() => 200));
  expect(longest).toBeLessThan(0.4);
});

it.each([
  ['too many aliases', `{ viewer { ${Array.from({ length: 31 }, (_, i) => `v${i}: id`).join(' ')} } }`],
  [
    'too deep a nesting',
    `{ contacts { ${'nodes { companies { nodes { contacts { '.repeat(4)} nodes { id } ${'} } } } '.repeat(4)} } }`,
  ],
])('a document is refused for what a request would be refused for: %s', async (_title, document) => {
  const asked = await stack.query('query ($document: String!) { requiredScopes(document: $document) { scopes } }', {
    document,
  });
  const sent = await stack.query(document);
  expect(asked.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'document' } }]);
  expect(asked.errors?.[0]?.message).toContain(sent.errors?.[0]?.message);
});

it('a document of thousands of lines, or whose fragments spread one another in circles, is refused', async () => {
  const query = 'query ($document: String!) { requiredScopes(document: $document) { scopes } }';
  const circle = Array.from(
    { length: 180 },
    (_, i) => `fragment f${i} on Contact { ...f${(7 * i + 1) % 180} ...f${(11 * i + 3) % 180} id }`,
  );
  for (const [document, why] of [
    [`${'\n'.repeat(450_000)}{ nothing }`, 'too many lines'],
    [`{ contacts { nodes { ...f0 } } } ${circle.join(' ')}`, 'within itself'],
  ]) {
    const { errors } = await stack.query(query, { document });
    expect(errors).toMatchObject([{ message: expect.stringContaining(String(why)) }]);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'document' } }]);
  }
});
