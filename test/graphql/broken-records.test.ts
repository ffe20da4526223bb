import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { COMPILED_AT_USE } from '../../src/graphql/execution/operation-paths.ts';
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

it('reports one error for each field that no record of a list can answer, and when the operation is compiled, too', async () => {
  breakDates(Array.from({ length: 100 }, () => ({})));
  const query = '{ contacts(first: 100) { nodes { hubspotId updatedAt createdAt } } }';
  const first = await stack.query(query);
  const unreadable = (field: string, column: number) => ({
    message: 'HubSpot holds a date here that cannot be read.',
    path: ['contacts', 'nodes', 0, field],
    locations: [{ line: 1, column }],
    extensions: { code: 'HUBSPOT_BAD_RESPONSE' },
  });
  expect(first.errors).toEqual([unreadable('updatedAt', 44), unreadable('createdAt', 54)]);
  expect(first.data).toMatchObject({ contacts: { nodes: { length: 100, 99: { hubspotId: '100100' } } } });
  for (let use = 1; use < COMPILED_AT_USE + 3; use += 1) expect(await stack.query(query)).toEqual(first);
});

it('answers what can be read of a record while another waits for its owner', async () => {
  breakDates([{ hubspot_owner_id: '1' }, {}]);
  const query = '{ contacts(first: 2) { nodes { owner { email } createdAt } } }';
  for (let use = 0; use < COMPILED_AT_USE + 3; use += 1) {
    const { data, errors } = await stack.query(query);
    expect(data).toEqual({ contacts: { nodes: Array(2).fill({ owner: null, createdAt: null }) } });
    expect(errors).toMatchObject([{ extensions: { code: 'HUBSPOT_BAD_RESPONSE' } }]);
  }
});
