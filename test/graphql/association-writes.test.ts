import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

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
  const found = portal?.neighbours('contacts', CONTACT, 'deals').find(([id]) => id === DEAL);
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
