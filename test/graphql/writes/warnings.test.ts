import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

const WARNINGS = 'warnings { category property rawValue normalizedValue message } userErrors { message }';
const NINE = '1795424400000';

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  [portal] = stack.simulator.portals as [Portal];
  const record = portal.record('contacts', '100001') ?? expect.unreachable('the portal has no such contact');
  portal.update('contacts', record, { email: 'old@one.example' });
  portal.defineProperty('contacts', { name: 'birthday', type: 'date', fieldType: 'date' });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** The payload of a mutation. */
async function write(mutation: string) {
  const { data, errors } = await stack.query(`mutation { payload: ${mutation} { ${WARNINGS} } }`);
  expect(errors).toBeUndefined();
  return (data as unknown as { payload: { warnings: readonly object[]; userErrors: readonly object[] } }).payload;
}

const BIRTHDAY = {
  category: 'PROPERTY_VALUE_NORMALIZED',
  property: 'birthday',
  rawValue: NINE,
  normalizedValue: '1795392000000',
  message: 'HubSpot changed the value of `birthday` before the write, to 2026-11-23T00:00:00.000Z.',
};

it.each([
  ['a create', 'createContact', 'email: "warned@one.example"'],
  ['an update', 'updateContact', 'id: "100001"'],
  ['an upsert of a new record', 'upsertContact', 'idValue: "upserted@one.example"'],
  ['an upsert of an existing record', 'upsertContact', 'idValue: "old@one.example"'],
])('%s names the value that HubSpot changed, in the same call', async (_title, mutation, target) => {
  const input = (value: string) =>
    `${mutation}(input: { ${target}, properties: [{ name: "birthday", value: "${value}" }] })`;
  expect(await write(input(NINE))).toEqual({ warnings: [BIRTHDAY], userErrors: [] });
  expect(stack.simulator.log.crm()).toHaveLength(1);
});

it('a date in a format of HubSpot brings no warning', async () => {
  const values = ['2026-11-23', '1795392000000'].map((value) => `{ name: "birthday", value: "${value}" }`);
  for (const value of values) {
    expect(await write(`updateContact(input: { id: "100001", properties: [${value}] })`)).toEqual({
      warnings: [],
      userErrors: [],
    });
  }
});

it('a field of the type DateTime is written in epoch milliseconds, and brings no warning', async () => {
  expect(await write('updateDeal(input: { id: "300001", closeDate: "2026-11-23T10:00:00+01:00" })')).toEqual({
    warnings: [],
    userErrors: [],
  });
  expect(stack.simulator.log.crm().map(({ body }) => body)).toEqual([{ properties: { closedate: NINE } }]);
  const { data } = await stack.query('{ deal(id: "300001") { closeDate } }');
  expect(data).toEqual({ deal: { closeDate: '2026-11-23T09:00:00.000Z' } });
});

describe('nothing was written, and there is no warning', () => {
  it('about a refused write', async () => {
    const payload = await write(
      'updateContact(input: { id: "100001", properties: [{ name: "birthday", value: "soon" }] })',
    );
    expect(payload).toEqual({ warnings: [], userErrors: [{ message: 'soon was not a valid date.' }] });
  });

  it('about a record of another portal', async () => {
    const payload = await write('updateContact(input: { id: "Contact:7654321:1", email: "a@b.example" })');
    expect(payload).toMatchObject({ warnings: [], userErrors: [{ message: 'The portal has no such record.' }] });
  });
});
