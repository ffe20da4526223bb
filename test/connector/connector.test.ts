import { beforeEach, expect, it } from 'vitest';
import { Connector } from '../../src/connector/connector.ts';
import type { PortalClients } from '../../src/connector/portal-clients.ts';
import { contactsFor, FakeHubspot, type OperationFacts, request } from '../helpers/batching.ts';
import { installation, portalClientsFor } from '../helpers/portal-clients.ts';

let hubspot: FakeHubspot;
let clients: PortalClients;
beforeEach(() => {
  hubspot = new FakeHubspot();
  hubspot.autoAnswer = contactsFor;
  clients = portalClientsFor(hubspot);
});

const query = (facts?: OperationFacts) => new Connector(installation(), clients.of(installation()), request(facts));
const only = (...properties: readonly string[]) => ({ properties, named: [] });
const names = () => hubspot.sentCalls.map(({ call }) => call.name);

it('never asks twice for one record with one selection in one request; another request asks anew', async () => {
  const connector = query();
  const first = await connector.record('contacts', '1', only('email'));
  expect(await connector.record('contacts', '1', only('email'))).toBe(first);
  expect(hubspot.requestedIds).toEqual([['1']]);
  expect(first).toMatchObject({ recordId: '1', objectType: 'contacts', properties: { email: 'email of 1' } });
  await connector.record('contacts', '1', only('phone'));
  await connector.record('deals', '1', only('email'));
  await connector.record('contacts', '1', only('email'), 'email');
  await query().record('contacts', '1', only('email'));
  expect(hubspot.requestedIds).toHaveLength(5);
});

it('hands every request records of its own, though they came with one call', async () => {
  const [mine, yours] = [query(), query()];
  const records = await Promise.all([mine, yours].map((connector) => connector.record('contacts', '1', only('email'))));
  expect(records.map((record) => record?.connector)).toEqual([mine, yours]);
  expect(hubspot.requestedIds).toEqual([['1']]);
});

it('never asks twice for the associated records of one record in one request', async () => {
  const connector = query();
  const record = await connector.record('contacts', '1', only());
  if (!record) throw new Error('the contact is not there');
  hubspot.autoAnswer = () => ({ results: [{ from: { id: '1' }, to: [{ toObjectId: 7, associationTypes: [] }] }] });
  const selection = { ...only(), needsRecord: false, needsLabels: true };
  const read = () => connector.associatedRecords(record, 'deals', { first: 5, start: {} }, selection);
  const [one, other] = [await read(), await read()];
  expect(one.items.map(({ value }) => value.record.recordId)).toEqual(['7']);
  expect(other).toEqual(one);
  expect(names()).toEqual(['contacts.batchRead', 'associations.contacts.deals.batchRead']);
});

it('spends one budget on lists and on its part in batches', async () => {
  const connector = query({ maxCalls: 2 });
  hubspot.autoAnswer = () => ({ results: [] });
  const list = () =>
    connector.list(
      'contacts',
      { first: 5, start: {}, archived: false },
      {
        ...only(),
        associations: [],
        associatedRecords: [],
        readsMore: false,
        needsRecord: true,
      },
    );
  await list();
  await connector.record('contacts', '1', only());
  await expect(list()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await expect(connector.record('contacts', '2', only())).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(names()).toEqual(['contacts.list', 'contacts.batchRead']);
});
