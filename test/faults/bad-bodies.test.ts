import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
// What was cached is read again.
beforeEach(() => stack.clock.advance(31 * 60 * 1000));
afterEach(() => {
  stack.simulator.faults.clear();
  return expectUnharmed(stack);
});

/** A kind of call, and an operation that makes it. */
interface Kind {
  readonly name: string;
  /** The call, among those that the operation makes. */
  readonly call: string;
  readonly operation: string;
  /** How often the operation makes it; once by default. */
  readonly times?: number;
}

const PAIR = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "300040" }';

const READS: readonly Kind[] = [
  { name: 'a list', call: '^GET .*/contacts$', operation: '{ x: contacts(first: 1) { nodes { email } } }' },
  {
    name: 'a search',
    call: '^POST .*/contacts/search$',
    operation: '{ x: contacts(first: 1, query: "a") { nodes { email } } }',
  },
  {
    name: 'a read of records',
    call: '^POST .*/contacts/batch/read$',
    operation: '{ x: contact(id: "100001") { email } }',
  },
  {
    name: 'a read by a unique value',
    call: '^POST .*/contacts/batch/read$',
    operation: '{ x: contactByEmail(email: "a@b.example") { id } }',
  },
  {
    name: 'a read of associations',
    call: '^POST .*/contacts/deals/batch/read$',
    operation: '{ contact(id: "100001") { x: deals { edges { labels } } } }',
  },
  {
    name: 'a read of one record with its associated records',
    call: '^GET .*/contacts/100001',
    operation: '{ x: contact(id: "100001") { email deals { nodes { hubspotId } } } }',
  },
  { name: 'the owners', call: '^GET .*/owners/', operation: '{ x: owners { nodes { email } } }' },
  { name: 'the pipelines', call: '^GET .*/pipelines/', operation: '{ x: dealPipelines { label } }' },
  {
    name: 'the properties',
    call: '^GET .*/properties/',
    operation: '{ x: properties(objectType: DEAL) { name } }',
    times: 3,
  },
  {
    name: 'the labels',
    call: '^GET .*/labels$',
    operation: `mutation { x: associate(input: { ${PAIR}, labels: ["Decision maker"] }) { toId } }`,
  },
  {
    name: 'the labels of a pair',
    call: '^GET .*/associations/deals$',
    operation: `mutation { x: associate(input: { ${PAIR}, labels: ["Decision maker"] }) { toId } }`,
  },
];

const RECORD_WRITES: readonly Kind[] = [
  {
    name: 'a creation',
    call: '^POST .*/contacts$',
    operation: 'mutation { x: createContact(input: { firstName: "A" }) { created } }',
  },
  {
    name: 'an update',
    call: '^PATCH',
    operation: 'mutation { x: updateContact(input: { id: "100001", city: "A" }) { created } }',
  },
  {
    name: 'an upsert',
    call: '^POST .*/batch/upsert$',
    operation: 'mutation { x: upsertContact(input: { idValue: "a@b.example" }) { created } }',
  },
];

/** What they came to, their status says alone. */
const OTHER_WRITES: readonly Kind[] = [
  {
    name: 'an archiving',
    call: '^DELETE .*/contacts/100002$',
    operation: 'mutation { x: archiveContact(input: { id: "100002" }) { archivedId } }',
  },
  {
    name: 'an association',
    call: '^PUT .*/default/',
    operation: `mutation { x: associate(input: { ${PAIR} }) { toId } }`,
  },
  {
    name: 'a label',
    call: '^PUT .*/300040$',
    operation: `mutation { x: associate(input: { ${PAIR}, labels: ["Decision maker"] }) { toId } }`,
  },
  {
    name: 'the end of a label',
    call: '^POST .*/labels/archive$',
    operation: `mutation { x: dissociate(input: { ${PAIR}, labels: ["Decision maker"] }) { toId } }`,
  },
  {
    name: 'the end of an association',
    call: '^DELETE .*/300040$',
    operation: `mutation { x: dissociate(input: { ${PAIR} }) { toId } }`,
  },
];

const NO_JSON = [
  ['HTML', '<!DOCTYPE html><html><title>Sorry</title></html>'],
  ['truncated', '{"results":[{"id":"1","prop'],
] as const;
const WRONG_TYPES = [
  ['a list', '[]'],
  ['a text', '"secret"'],
  ['a number', '7'],
  ['null', 'null'],
] as const;
const HOLLOW = [
  ['empty', ''],
  ['without any field', '{}'],
] as const;
const WRONG_RESULTS = [
  ['with results that are no list', '{"total":1,"results":{"0":{}}}'],
  ['with a result that is null', '{"total":1,"results":[null]}'],
  ['with a result without any field', '{"total":1,"results":[{}]}'],
  ['with a result that is a text', '{"total":1,"results":["secret"]}'],
] as const;

/** What an operation comes to when HubSpot answers one of its calls so. */
async function outcome({ call, operation, times = 1 }: Kind, status: number, body: string) {
  const fault = { kind: 'answer', status, body, headers: { 'content-type': 'application/json' } } as const;
  const rule = stack.simulator.faults.add({ match: call, fault });
  const answer = await stack.settle(stack.query(operation));
  expect(JSON.stringify(answer)).not.toMatch(/secret|DOCTYPE|stack/);
  // Calls beside the one that failed first may still be on their way.
  await expect.poll(() => rule.hits).toBeGreaterThanOrEqual(times);
  return { ...answer, codes: answer.errors?.map(({ extensions }) => extensions?.code), hits: rule.hits };
}

const every = (kinds: readonly Kind[], bodies: readonly (readonly [string, string])[]) =>
  kinds.flatMap((kind) => bodies.map(([body, text]) => [kind.name, body, kind, text] as const));

describe('F41 an answer of success that holds nothing of the kind', () => {
  it.each(every([...READS, ...RECORD_WRITES], [...HOLLOW, ...NO_JSON, ...WRONG_TYPES, ...WRONG_RESULTS]))(
    'to %s, %s, is HUBSPOT_BAD_RESPONSE, once',
    async (_name, _body, kind, text) => {
      const { codes, data, hits } = await outcome(kind, 200, text);
      expect({ codes, hits }).toEqual({ codes: ['HUBSPOT_BAD_RESPONSE'], hits: kind.times ?? 1 });
      expect(JSON.stringify(data)).toMatch(/"x":null|^null$/);
    },
  );

  it.each(every(OTHER_WRITES, [...NO_JSON, ...WRONG_TYPES]))(
    'to %s, %s, is HUBSPOT_BAD_RESPONSE, once',
    async (_name, _body, kind, text) => {
      const { codes, hits, errors } = await outcome(kind, 200, text);
      expect({ codes, hits }).toEqual({ codes: ['HUBSPOT_BAD_RESPONSE'], hits: 1 });
      expect(errors?.[0]?.message).toMatch(/may have succeeded/);
    },
  );

  it.each(every(OTHER_WRITES, HOLLOW))('to %s, %s, is one all the same', async (_name, _body, kind, text) => {
    const { codes, hits, data } = await outcome(kind, 200, text);
    expect({ codes, hits }).toEqual({ codes: undefined, hits: 1 });
    expect(data).toEqual({ x: { [/archive/.test(kind.operation) ? 'archivedId' : 'toId']: expect.any(String) } });
  });
});
