import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { contact } from '../helpers/batching.ts';
import { Stack } from '../helpers/stack.ts';
import { install } from '../helpers/token-faults.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

const MB = 1024 * 1024;
const LIST = '{ contacts(first: 2) { nodes { hubspotId email createdAt } } }';
const ONE = '{ contact(id: "100001") { hubspotId email createdAt } }';
const DATE = '2026-01-01T00:00:00.000Z';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await install(stack);
});
afterAll(() => stack.stop());
afterEach(() => {
  stack.simulator.faults.clear();
  // @ts-expect-error: nobody may have put it there.
  expect({}.polluted).toBeUndefined();
  return expectUnharmed(stack);
});

/** What HubSpot answers to the next reads of contacts, as text: names such as `__proto__` are fields there. */
function answering(...records: string[]): void {
  const body = `{"results":[${records.join()}],"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`;
  stack.simulator.faults.add({ match: '^(GET|POST) /crm/.*contacts', fault: { kind: 'answer', status: 200, body } });
}

const record = (id: string, more: string) =>
  `{"id":"${id}","createdAt":"${DATE}","updatedAt":"${DATE}","archived":false,${more}}`;

describe.each([
  ['a list', LIST],
  ['a read by id', ONE],
])('F41 %s', (_name, query) => {
  /** The email of the first contact. */
  const email = ({ data }: { data?: unknown }) => /"email":"([^"]*)"/.exec(JSON.stringify(data))?.[1];

  it('F41 with fields that nobody knows is answered', async () => {
    answering(
      record('100001', '"properties":{"email":"a@b.example","more":"x"},"more":{"deep":[1,{"id":2}]},"url":"u"'),
    );
    const answer = await stack.query(query);
    expect([answer.errors, email(answer)]).toEqual([undefined, 'a@b.example']);
  });

  it.each([
    '"properties":{"email":"a@b.example","__proto__":"x","constructor":"x","toString":"x"}',
    '"properties":{"email":"a@b.example"},"__proto__":{"polluted":true}',
    '"properties":{"email":"a@b.example"},"associations":{"__proto__":{"results":[]}}',
  ])('F41 with names of what every object has is answered, and pollutes nothing: %s', async (odd) => {
    answering(record('100001', odd));
    const answer = await stack.query(query);
    expect([answer.errors, email(answer)]).toEqual([undefined, 'a@b.example']);
  });

  it.each([
    '"properties":{"email":{"__proto__":{"polluted":true}}}',
    '"properties":{"__proto__":{"polluted":true}}',
    '"properties":null',
    '"properties":{},"createdAt":null',
    '"properties":{},"archived":"no"',
    '"properties":{"email":7}',
  ])('F41 with a value of another kind is HUBSPOT_BAD_RESPONSE: %s', async (odd) => {
    answering(record('100001', odd));
    const { errors } = await stack.query(query);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['HUBSPOT_BAD_RESPONSE']);
  });

  it('F41 with a value of 10 MB is answered whole', async () => {
    const long = 'x'.repeat(10 * MB);
    answering(JSON.stringify(contact('100001', { email: long })));
    const answer = await stack.query(query);
    expect(answer.errors).toBeUndefined();
    expect(email(answer)?.length).toBe(long.length);
  });

  it('F41 that does not end is cut at 32 MB', async () => {
    const flood = { kind: 'flood', bytes: 40 * MB } as const;
    stack.simulator.faults.add({ match: '^(GET|POST) /crm/.*contacts', fault: flood });
    const { errors } = await stack.query(query);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['HUBSPOT_BAD_RESPONSE']);
  });
});
