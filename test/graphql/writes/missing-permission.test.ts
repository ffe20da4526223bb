import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
afterEach(() => stack.simulator.faults.clear());

const PAIR = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "300040" }';
const ASSOCIATED = '[{ objectType: CONTACT, id: "100001" }]';

/** What a mutation answers when HubSpot answers its write 400. */
async function refused(match: string, mutation: string, body: object) {
  const text = JSON.stringify({ status: 'error', category: 'VALIDATION_ERROR', ...body });
  const rule = stack.simulator.faults.add({ match, fault: { kind: 'answer', status: 400, body: text } });
  stack.simulator.log.clear();
  const answer = await stack.query(`mutation { x: ${mutation} }`);
  return { ...answer, hits: rule.hits, calls: stack.simulator.log.all().length };
}

it.each([
  ['an association', '^PUT .*/default/', `associate(input: { ${PAIR} }) { toId userErrors { code } }`],
  [
    'a new record with associations',
    '^POST .*/deals$',
    `createDeal(input: { name: "A", associations: ${ASSOCIATED} }) { deal { id } userErrors { code } }`,
  ],
])('%s that the user of the token may not write is forbidden, in one call', async (_title, match, mutation) => {
  const message = "Missing 'Edit Associations' permission.";
  const { data, errors, hits, calls } = await refused(match, mutation, { message });
  expect(data).toEqual({ x: null });
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/^Missing 'Edit Associations' permission\. An admin of the portal can /),
      path: ['x'],
      extensions: { code: 'HUBSPOT_FORBIDDEN', hubspot: { status: 400, category: 'VALIDATION_ERROR' } },
    },
  ]);
  expect([hits, calls]).toEqual([1, 1]);
});

it.each([
  ['a sentence around it', { message: "The value Missing 'Edit Associations' permission. is invalid" }],
  ['another name in quotes', { message: "Missing '<b>' permission." }],
  ['errors of its own', { message: "Missing 'x' permission.", errors: [{ message: 'No', code: 'INVALID_ALPHA' }] }],
])('a refusal with %s remains an invalid value', async (_title, body) => {
  const mutation = 'createContact(input: { firstName: "A" }) { contact { id } userErrors { code } }';
  const { data, errors } = await refused('^POST .*/contacts$', mutation, body);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ x: { contact: null, userErrors: [{ code: 'VALIDATION_FAILED' }] } });
});
