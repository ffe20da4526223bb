import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

/** An audit of the status codes of GraphQL over HTTP, first edition (September 2026). */

const PARTIAL = 'query P { viewer { id } contacts(first: 1) { nodes { id } } }';
const NULL = 'mutation N { completeHubSpotConnection(connection: "x") { __typename } }';
const VARIABLE = 'query V($id: ID!) { node(id: $id) { id } }';
const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

async function send(body: string | object, accept: string | undefined, init: RequestInit = {}) {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: {
      authorization: `Bearer ${stack.token()}`,
      'content-type': JSON_TYPE,
      ...(accept !== undefined && { accept }),
      ...init.headers,
    },
  });
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  return { status: response.status, type: response.headers.get('content-type'), answer, headers: response.headers };
}

/** Sends twice: the first time takes the full path, the second time the fast path if the document is valid. */
async function both(...args: Parameters<typeof send>) {
  const first = await send(...args);
  const second = await send(...args);
  expect(second.status).toBe(first.status);
  expect(second.answer).toEqual(first.answer);
  return second;
}

describe(RESPONSE_TYPE, () => {
  it.each([
    ['data without errors', { query: 'query D { viewer { id } }' }, 200, true],
    ['data with errors', { query: PARTIAL }, 294, true],
    ['null with errors', { query: NULL }, 294, true],
    ['a body that is not JSON', 'NONSENSE', 400, false],
    ['a body that ends too early', '{"query":', 400, false],
    ['a body that is not an object', '7', 422, false],
    ['a batch', [{ query: PARTIAL }], 422, false],
    ['no document', { qeury: '{ __typename }' }, 422, false],
    ['variables of a wrong shape', { query: VARIABLE, variables: [7] }, 422, false],
    ['an operation name of a wrong type', { query: VARIABLE, operationName: 7 }, 422, false],
    ['a document that does not parse', { query: '{' }, 400, false],
    ['a document that does not validate', { query: 'query U { unknown }' }, 422, false],
    ['a document beyond the limits', { query: `query L { ${'viewer { id } '.repeat(40)} }` }, 422, false],
    ['an unknown operation name', { query: 'query D { viewer { id } }', operationName: 'X' }, 422, false],
    [
      'no operation name where two operations stand',
      { query: 'query A { __typename } query B { __typename }' },
      422,
      false,
    ],
    ['a variable that does not fit', { query: VARIABLE, variables: { id: {} } }, 422, false],
    ['a variable that is missing', { query: VARIABLE }, 422, false],
    ['variables beyond the limits', { query: VARIABLE, variables: { id: 'x', y: 2 ** 60 } }, 422, false],
  ])('%s', async (_name, body, status, hasData) => {
    const { status: actual, type, answer } = await both(body, RESPONSE_TYPE);
    expect({ actual, type, hasData: 'data' in answer }).toEqual({
      actual: status,
      type: `${RESPONSE_TYPE}; charset=utf-8`,
      hasData,
    });
    if (status !== 200) expect(answer.errors[0].message).toEqual(expect.any(String));
  });

  it('is chosen by every client that accepts it beside older types', async () => {
    for (const accept of [
      `${RESPONSE_TYPE}, ${JSON_TYPE};q=0.9`,
      `${RESPONSE_TYPE},application/graphql+json,${JSON_TYPE},text/event-stream,multipart/mixed`,
    ]) {
      expect(await both({ query: PARTIAL }, accept)).toMatchObject({ status: 294 });
    }
  });
});

describe(JSON_TYPE, () => {
  it.each([
    ['data without errors', { query: 'query D { viewer { id } }' }, 200],
    ['data with errors', { query: PARTIAL }, 200],
    ['null with errors', { query: NULL }, 200],
    ['a body that is not JSON', 'NONSENSE', 400],
    ['no document', { qeury: '{ __typename }' }, 422],
    ['a document that does not parse', { query: '{' }, 200],
    ['a document that does not validate', { query: 'query U { unknown }' }, 200],
    ['an unknown operation name', { query: 'query D { viewer { id } }', operationName: 'X' }, 422],
    ['a variable that does not fit', { query: VARIABLE, variables: { id: {} } }, 422],
  ])('%s', async (_name, body, status) => {
    for (const accept of [JSON_TYPE, undefined]) {
      const { status: actual, type } = await both(body, accept);
      expect({ actual, type }).toEqual({ actual: status, type: `${JSON_TYPE}; charset=utf-8` });
    }
  });
});

describe('a request that is not GraphQL over HTTP', () => {
  it('has the status of its method, its media types or its size', async () => {
    const query = { query: '{ __typename }' };
    const put = await send(query, RESPONSE_TYPE, { method: 'PUT' });
    expect({ status: put.status, allow: put.headers.get('allow') }).toEqual({ status: 405, allow: 'GET, POST' });
    expect((await send(query, 'image/png')).status).toBe(406);
    expect((await send(query, RESPONSE_TYPE, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await send({ ...query, x: 'x'.repeat(1_100_000) }, RESPONSE_TYPE)).status).toBe(413);
    expect((await send(query, RESPONSE_TYPE, { headers: { authorization: 'Bearer x' } })).status).toBe(401);
  });
});
