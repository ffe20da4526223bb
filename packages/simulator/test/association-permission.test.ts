import { expect, it } from 'vitest';
import { refusal, simulatePortal } from './helpers/simulated-portal.ts';

const PAIR = { from: { id: '1' }, to: { id: '2' } };
const REFUSED = {
  status: 400,
  message: "Missing 'Edit Associations' permission.",
  category: 'VALIDATION_ERROR',
};

it('2026-09 refuses every write of an association, and older versions refuse none', async () => {
  const { portal, hubspot } = simulatePortal({ isUserLevel: true });
  for (const { rights } of portal.people) rights.editAssociations = false;
  const [contact, deal] = [portal.create('contacts', { email: 'a@one.example' }).id, portal.create('deals', {}).id];
  const record = (version: string) => `/crm/objects/${version}/contacts/${contact}/associations`;
  const calls = (version: string) => [
    hubspot.put(`${record(version)}/default/deals/${deal}`, undefined),
    hubspot.put(`${record(version)}/deals/${deal}`, []),
    hubspot.delete(`${record(version)}/deals/${deal}`),
    ...['associate/default', 'create', 'archive', 'labels/archive'].map((action) =>
      hubspot.post(`/crm/associations/${version}/contacts/deals/batch/${action}`, { inputs: [PAIR] }),
    ),
  ];
  for (const call of calls('2026-09')) {
    expect(await refusal(call)).toEqual({ ...REFUSED, correlationId: expect.any(String) });
  }
  for (const call of calls('2026-03')) expect(JSON.stringify(await call)).not.toContain('Edit Associations');
});

it.each([
  ['2026-09', 400],
  ['2026-03', 201],
])('%s answers a new record with associations %i', async (version, status) => {
  const { portal, hubspot } = simulatePortal({ isUserLevel: true });
  for (const { rights } of portal.people) rights.editAssociations = false;
  const { id } = portal.create('contacts', { email: 'a@one.example' });
  const { category, typeId } = portal.associations.types.unlabelled('deals', 'contacts');
  const associations = [{ to: { id }, types: [{ associationCategory: category, associationTypeId: typeId }] }];
  const properties = { dealname: 'Pilot', dealstage: 'appointmentscheduled' };
  const answer = await hubspot.post(`/crm/objects/${version}/deals`, { properties, associations });
  expect(answer.status).toBe(status);
});

it('a token of an account-level app is exempt', async () => {
  const { portal, hubspot } = simulatePortal();
  for (const { rights } of portal.people) rights.editAssociations = false;
  const [contact, deal] = [portal.create('contacts', { email: 'a@one.example' }).id, portal.create('deals', {}).id];
  const { status } = await hubspot.put(`/crm/objects/2026-09/contacts/${contact}/associations/default/deals/${deal}`);
  expect(status).toBe(200);
});
