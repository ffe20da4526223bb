import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { Stack } from '../helpers/stack.ts';

const RUNS = 40 * FUZZ_SCALE;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ env: { GRAPHIQL: 'on' } });
});
afterAll(() => stack.stop());

/** Of no portal, so that both answers are the same whenever they are asked for. */
const DOCUMENTS = [
  'query Me { viewer { id permissions } }',
  'query Me($id: ID!) { node(id: $id) { id } }',
  'query Me { viewer { id } contacts(first: 1) { nodes { id } } }',
  'query Me { viewer { id } } mutation Write { completeHubSpotConnection(connection: "x") { __typename } }',
  'mutation Write { completeHubSpotConnection(connection: "x") { __typename } }',
  'query Me { nothing }',
  'query Me {',
  'subscription Me { changed }',
];
const VALUES = [
  undefined,
  null,
  '',
  'x',
  1,
  true,
  [],
  {},
  { id: 'x' },
  { id: null },
  { persistedQuery: { version: 1 } },
];
const CONTENT_TYPES = [
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
  'application/json; charset=utf8; x=y',
  'application/json; charset=latin1',
  'application/json;',
  'application/graphql+json',
  'APPLICATION/GRAPHQL+JSON; a="b;c"',
  'application/json, text/plain',
  'application/jsonx',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
];
const ACCEPTS = [
  '*/*',
  'application/json',
  'Application/GraphQL-Response+JSON',
  'application/graphql-response+json, application/json;q=0.9',
  'application/graphql-response+json;q=0.5, application/json',
  'application/json;q=0, */*',
  'application/json;charset=utf-8',
  'application/json; charset=latin1',
  'application/*;q=0.1, application/graphql-response+json;q=0.1',
  'text/html, */*;q=0.1',
  'text/html',
  'text/event-stream, application/json',
  'text/event-stream',
  'multipart/mixed;deferSpec=20220824, application/graphql-response+json',
  'multipart/mixed',
  'image/png',
  ', ,',
  'json',
];

/** Nine of ten requests are good in each respect: what two faults do to each other matters less. */
const mostly = <T, U>(good: T, others: readonly U[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const request = fc.record({
  method: mostly('POST', ['HEAD', 'PUT', 'OPTIONS']).chain((method) => mostly(method, ['GET', 'GET'])),
  query: fc.constantFrom(...DOCUMENTS),
  withoutQuery: mostly(false, [true]),
  members: fc.record({
    variables: mostly({ id: 'x' }, VALUES),
    operationName: mostly('Me', [undefined, 'Write', ...VALUES]),
    extensions: mostly(undefined, VALUES),
    id: mostly(undefined, ['x', 1]),
    unknown: fc.constantFrom(...VALUES),
  }),
  spoil: mostly(undefined, [
    (body: string) => `\ufeff${body}`,
    (body: string) => ` ${body}\n`,
    (body: string) => `[${body}]`,
    (body: string) => body.slice(1),
    () => '',
  ]),
  headers: fc.record({
    'content-type': fc.oneof(fc.constant('application/json'), fc.constantFrom(...CONTENT_TYPES)),
    accept: fc.oneof(fc.constant('application/json'), fc.constantFrom(...ACCEPTS)),
    'content-encoding': mostly(undefined, ['gzip', 'identity']),
    origin: fc.constantFrom(undefined, 'https://app.example', 'https://evil.example', 'null'),
    'access-control-request-headers': fc.constantFrom(undefined, 'authorization,x-a'),
    authorization: mostly(undefined, ['Bearer x', '']),
  }),
});
type RandomRequest = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** Headers that say something about this very request. */
const OWN = new Set([
  'date',
  'x-request-id',
  'set-cookie',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
]);

async function send({ method, query, members, withoutQuery, spoil, headers }: RandomRequest, mark: string) {
  const document = `${query} #${mark}`;
  const parameters = { ...members, ...(!withoutQuery && { query: document }) };
  const given = Object.entries({ authorization: `Bearer ${stack.token()}`, ...withoutAbsent(headers) });
  const search = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );
  const text = JSON.stringify(parameters);
  const hasBody = method === 'POST' || method === 'PUT';
  const response = await fetch(`${stack.url}/graphql${method === 'GET' ? `?${search}` : ''}`, {
    method,
    headers: Object.fromEntries(given),
    ...(hasBody && { body: spoil ? spoil(text) : text }),
  });
  const answer = [...response.headers].filter(([name]) => !OWN.has(name));
  return { status: response.status, headers: Object.fromEntries(answer), body: await response.text() };
}

const withoutAbsent = (headers: object) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));

let marks = 0;

it('a request is answered alike whether its document is new or known', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(request, async (random) => {
      const mark = String(10_000 + marks++);
      const asNew = await send(random, mark);
      await stack.query(`${random.query} #${mark}`, { id: 'x' });
      expect(await send(random, mark)).toEqual(asNew);
      if (asNew.status === 200) answered++;
    }),
    { seed: FUZZ_SEED, numRuns: RUNS },
  );
  // Refusals alone would prove nothing.
  expect(answered).toBeGreaterThan(RUNS / 10);
});
