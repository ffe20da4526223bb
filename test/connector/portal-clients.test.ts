import { beforeEach, expect, it } from 'vitest';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { contact, FakeHubspot, inputsOf, quiet, request } from '../helpers/batching.ts';
import { installation, portalClientsFor, tokenOf } from '../helpers/portal-clients.ts';

let hubspot: FakeHubspot;
beforeEach(() => {
  hubspot = new FakeHubspot();
  // Whose token a record was read with stands in the record.
  hubspot.autoAnswer = (call: HubspotCall) => ({
    results: inputsOf(call).map(({ id }) => contact(id, { email: call.accessToken ?? null })),
  });
});

it('B65 never mixes two tenants of one portal in 10,000 interleaved loads of the same records', async () => {
  const clients = portalClientsFor(hubspot);
  const tenants = ['acme', 'evil'].map((tenantId) => installation({ tenantId, id: `Installation:${tenantId}` }));
  const answers: { of: Installation; record: Promise<unknown> }[] = [];
  for (let index = 0; index < 5_000; index += 1) {
    for (const of of tenants) {
      const input = { id: String(index % 700), properties: ['email'] };
      answers.push({
        of,
        record: clients
          .of(of)
          .records('contacts')
          .load(input, request({ fairnessKey: 'same' })),
      });
    }
    if (index % 1_000 === 0) await quiet();
  }
  let mixed = 0;
  for (const { of, record } of answers) {
    const { properties } = (await record) as { properties: { email: string } }; // Every contact exists.
    if (properties.email !== tokenOf(of)) mixed += 1;
  }
  expect(mixed).toBe(0);
  expect(hubspot.sentCalls.length).toBeLessThan(100);
});

it.each<[string, Partial<Installation>]>([
  ['two versions of a grant', { grantVersion: 2 }],
  ['two installations', { id: 'Installation:2' }],
  ['two tenants, were their installations called the same', { tenantId: 'evil' }],
])('never joins loads under %s', async (_case, other) => {
  const clients = portalClientsFor(hubspot);
  const both = [installation(), installation(other)];
  const records = both.map((of) =>
    clients
      .of(of)
      .records('contacts')
      .load({ id: '1', properties: ['email'] }, request()),
  );
  expect((await Promise.all(records)).map((record) => record?.properties.email)).toEqual(both.map(tokenOf));
  expect(hubspot.requestedIds).toEqual([['1'], ['1']]);
});

it('joins loads of one grant, however often it was read from the database, by object type and property', async () => {
  const clients = portalClientsFor(hubspot);
  hubspot.autoAnswer = () => ({ results: [] });
  const load = (objectType: 'contacts' | 'deals', id: string, idProperty?: string) =>
    clients.of(installation()).records(objectType, idProperty).load({ id, properties: [] }, request());
  await Promise.all([
    load('contacts', '1'),
    load('deals', '1'),
    load('contacts', '2'),
    load('contacts', 'a@b.example', 'email'),
    load('contacts', 'c@d.example', 'email'),
  ]);
  expect(hubspot.sentCalls.map(({ call }) => [call.name, inputsOf(call).map(({ id }) => id)])).toEqual([
    ['contacts.batchRead', ['1', '2']],
    ['deals.batchRead', ['1']],
    ['contacts.batchRead', ['a@b.example', 'c@d.example']],
  ]);
});

it('has a fairness key of its own for each installation and kind of batch', async () => {
  const fairnessKeys: string[] = [];
  const clients = portalClientsFor(hubspot, {
    acquire: (_budget, { fairnessKey }) => {
      fairnessKeys.push(fairnessKey);
      return new Promise(() => {});
    },
  });
  for (const tenantId of ['acme', 'evil']) {
    const client = clients.of(installation({ tenantId }));
    void client.records('contacts').load({ id: '1', properties: [] }, request());
    void client.records('contacts', 'email').load({ id: 'a@b.example', properties: [] }, request());
    void client.associations('contacts', 'deals').loadAll([{ id: '1' }], request());
    void client.associations('deals', 'contacts').loadAll([{ id: '1' }], request());
  }
  await quiet();
  expect(new Set(fairnessKeys).size).toBe(8);
});
