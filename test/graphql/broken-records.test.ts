import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { COMPILED_AT_USE } from '../../src/graphql/executor.ts';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect({ optionalScopes: ['crm.objects.owners.read'] }, undefined, {
    granted: ['crm.objects.owners.read'],
  });
});
afterAll(() => stack.stop());
afterEach(() => stack.simulator.faults.clear());

/** A list whose dates cannot be read; with the properties of each of its contacts. */
function breakDates(contacts: readonly object[]): void {
  const results = contacts.map((properties, index) => ({
    ...{ id: String(100_001 + index), properties, archived: false, createdAt: 'soon', updatedAt: '' },
  }));
  const fault = { kind: 'answer', status: 200, body: JSON.stringify({ results }) } as const;
  stack.simulator.faults.add({ match: '^GET .*/contacts$', fault });
}

it('tells one error of a list whose records cannot be read, in the first answer and when the operation is compiled', async () => {
  breakDates(Array.from({ length: 100 }, () => ({})));
  const query = '{ contacts(first: 100) { nodes { updatedAt createdAt } } }';
  const first = await stack.query(query);
  expect(first).toEqual({
    data: { contacts: null },
    errors: [
      {
        message: 'HubSpot holds a date here that cannot be read.',
        path: ['contacts', 'nodes', 0, 'updatedAt'],
        locations: [{ line: 1, column: 34 }],
        extensions: { code: 'HUBSPOT_BAD_RESPONSE' },
      },
    ],
  });
  for (let use = 1; use < COMPILED_AT_USE + 3; use += 1) expect(await stack.query(query)).toEqual(first);
});

it('tells one error of each field that may be null', async () => {
  breakDates([{}, {}]);
  const query = `{ a: contacts(first: 2) { nodes { createdAt updatedAt } } b: contacts(first: 2) { edges { node { id createdAt } } }
    viewer { id } }`;
  const answers = [];
  for (let use = 0; use < COMPILED_AT_USE + 3; use += 1) answers.push(await stack.query(query));
  for (const { data, errors } of answers) {
    expect(data).toEqual({ a: null, b: null, viewer: { id: expect.any(String) } });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
      'a.nodes.0.createdAt',
      'b.edges.0.node.createdAt',
    ]);
  }
});

// A rejection that nobody handles would end the process; here it would fail the run.
it('lives on when one record cannot be read while the one before it waits for its owner', async () => {
  breakDates([{ hubspot_owner_id: '1' }, {}]);
  const query = '{ contacts(first: 2) { nodes { owner { email } createdAt } } }';
  for (let use = 0; use < COMPILED_AT_USE + 3; use += 1) {
    const { data, errors } = await stack.query(query);
    expect(data).toEqual({ contacts: null });
    expect(errors).toMatchObject([{ extensions: { code: 'HUBSPOT_BAD_RESPONSE' } }]);
  }
});
