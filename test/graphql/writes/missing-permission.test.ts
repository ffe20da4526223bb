import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ simulator: { app: { isUserLevel: true } } });
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
afterEach(() => {
  stack.simulator.faults.clear();
  mayEditAssociations(true);
});

/** Changes a right of the admin, who connected the portal. */
function mayEditAssociations(editAssociations: boolean): void {
  for (const { rights } of stack.simulator.portals[0]?.people ?? []) Object.assign(rights, { editAssociations });
}

const PAIR = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "300040" }';
const NAMED = 'name: "A", stageId: "appointmentscheduled"';
const ASSOCIATED = '[{ objectType: CONTACT, id: "100001" }]';

it.each([
  ['an association', `associate(input: { ${PAIR} }) { toId userErrors { code } }`],
  ['a removed association', `dissociate(input: { ${PAIR} }) { toId userErrors { code } }`],
  [
    'a new record with associations',
    `createDeal(input: { ${NAMED}, associations: ${ASSOCIATED} }) { deal { id } userErrors { code } }`,
  ],
])('%s that the user of the token may not write is forbidden, in one call', async (_title, mutation) => {
  mayEditAssociations(false);
  stack.simulator.log.clear();
  const { data, errors } = await stack.query(`mutation { x: ${mutation} }`);
  expect(data).toEqual({ x: null });
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/^Missing 'Edit Associations' permission\. An admin of the portal can /),
      path: ['x'],
      extensions: { code: 'HUBSPOT_FORBIDDEN', hubspot: { status: 400, category: 'VALIDATION_ERROR' } },
    },
  ]);
  expect(stack.simulator.log.all()).toHaveLength(1);
});

it('a new record without associations needs no such permission', async () => {
  mayEditAssociations(false);
  const { data } = await stack.query(`mutation { x: createDeal(input: { ${NAMED} }) { deal { name } } }`);
  expect(data).toEqual({ x: { deal: { name: 'A' } } });
});

it.each([
  ['a sentence around it', { message: "The value Missing 'Edit Associations' permission. is invalid" }],
  ['another name in quotes', { message: "Missing '<b>' permission." }],
  ['errors of its own', { message: "Missing 'x' permission.", errors: [{ message: 'No', code: 'INVALID_ALPHA' }] }],
])('a refusal with %s remains an invalid value', async (_title, body) => {
  const text = JSON.stringify({ status: 'error', category: 'VALIDATION_ERROR', ...body });
  stack.simulator.faults.add({ match: '^POST .*/contacts$', fault: { kind: 'answer', status: 400, body: text } });
  const { data, errors } = await stack.query(
    'mutation { x: createContact(input: { firstName: "A" }) { contact { id } userErrors { code } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({ x: { contact: null, userErrors: [{ code: 'VALIDATION_FAILED' }] } });
});
