import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

const CONTACT = '100020';
const DEAL = '300040';
const REFS = `from: { objectType: CONTACT, id: "${CONTACT}" }, to: { objectType: DEAL, id: "${DEAL}" }`;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());

async function write(field: string) {
  const { data, errors } = await stack.query(`mutation { payload: ${field} { fromId toId userErrors { code path } } }`);
  expect(errors).toBeUndefined();
  return (data as unknown as { payload: object }).payload;
}

/** Labels of the association as HubSpot has them; `undefined` when there is none. */
function labels(): (string | null)[] | undefined {
  const [portal] = stack.simulator.portals;
  const found = portal?.associatedRecords('contacts', CONTACT, 'deals').find(([id]) => id === DEAL);
  return found?.[1].map(({ label }) => label);
}

const DONE = { fromId: `Contact:1234567:${CONTACT}`, toId: `Deal:1234567:${DEAL}`, userErrors: [] };

it('associates, adds labels beside those that there are, takes them away, and parts', async () => {
  expect(await write(`dissociate(input: { ${REFS} })`)).toEqual(DONE);
  expect(labels()).toBeUndefined();

  expect(await write(`associate(input: { ${REFS} })`)).toEqual(DONE);
  expect(labels()).toEqual([null]);

  expect(await write(`associate(input: { ${REFS}, labels: ["Decision maker"] })`)).toEqual(DONE);
  expect(labels()).toEqual(expect.arrayContaining([null, 'Decision maker']));

  expect(await write(`associate(input: { ${REFS} })`)).toEqual(DONE);
  expect(labels()).toEqual(expect.arrayContaining([null, 'Decision maker']));

  expect(await write(`dissociate(input: { ${REFS}, labels: ["Decision maker"] })`)).toEqual(DONE);
  expect(labels()).toEqual([null]);
});

it('says which record or label is not there, and writes nothing', async () => {
  const before = labels();
  const absent = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "9" }';
  expect(await write(`associate(input: { ${absent} })`)).toEqual({
    fromId: null,
    toId: null,
    userErrors: [{ code: 'NOT_FOUND', path: ['input', 'to', 'id'] }],
  });
  expect(await write(`associate(input: { ${REFS}, labels: ["Nope"] })`)).toEqual({
    fromId: null,
    toId: null,
    userErrors: [{ code: 'VALIDATION_FAILED', path: ['input', 'labels', '0'] }],
  });
  expect(labels()).toEqual(before);
});

it('keeps the labels of an associated record on a later page of HubSpot', async () => {
  const [portal] = stack.simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const person = portal.create('contacts', { email: 'busy@meadowbrook.example' });
  const deals = Array.from({ length: 501 }, (_, index) => portal.create('deals', { dealname: `Deal ${index}` }).id);
  for (const id of deals) portal.associate({ type: 'contacts', id: person.id }, { type: 'deals', id });
  const last = deals.at(-1) ?? '';
  portal.associate({ type: 'contacts', id: person.id }, { type: 'deals', id: last }, { label: 'Champion' });
  stack.clock.advance(31 * 60 * 1000);
  const refs = `from: { objectType: CONTACT, id: "${person.id}" }, to: { objectType: DEAL, id: "${last}" }`;
  const done = { fromId: `Contact:1234567:${person.id}`, toId: `Deal:1234567:${last}`, userErrors: [] };
  expect(await write(`associate(input: { ${refs}, labels: ["Decision maker"] })`)).toEqual(done);
  const now = portal.associatedRecords('contacts', person.id, 'deals').find(([id]) => id === last)?.[1] ?? [];
  expect(now.map(({ label }) => label).sort()).toEqual(['Champion', 'Decision maker', null].sort());
});

it('writes nothing where the labels that there are cannot be read', async () => {
  const before = labels();
  const field = `associate(input: { ${REFS}, labels: ["Decision maker"] })`;
  for (const [match, status, code] of [
    ['^GET .*/associations/deals$', 400, 'HUBSPOT_BAD_REQUEST'],
    ['^GET .*/associations/deals$', 403, 'HUBSPOT_FORBIDDEN'],
    ['^GET .*/labels$', 404, 'HUBSPOT_BAD_REQUEST'],
  ] as const) {
    stack.clock.advance(31 * 60 * 1000);
    const rule = stack.simulator.faults.add({ match, fault: { kind: 'answer', status, body: '{}' } });
    const { errors } = await stack.query(`mutation { payload: ${field} { toId } }`);
    rule.remove();
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual([code]);
  }
  const nobody = `associate(input: { ${REFS.replace(CONTACT, '9')}, labels: ["Decision maker"] })`;
  expect(await write(nobody)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['input', 'from', 'id'] }] });
  expect(labels()).toEqual(before);
});
