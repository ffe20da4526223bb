import { beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Labels {
  readonly results: readonly { readonly category: string; readonly typeId: number; readonly label: string | null }[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const OBJECTS = ['contacts', 'deals', 'companies'];
const SCOPES = OBJECTS.flatMap((name) => [`crm.objects.${name}.read`, `crm.objects.${name}.write`]);
const LABELS = '/crm/associations/2026-09/deals/contacts/labels';
const INVERSE_LABELS = '/crm/associations/2026-09/contacts/deals/labels';

let simulator: Simulator;
let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, SCOPES);
});

const labelsOf = async (path: string) => (await hubspot.get<Labels>(path)).body.results.map(({ label }) => label);

async function createLabel(body: { name: string; label: string; inverseLabel?: string }, path = LABELS) {
  return (await hubspot.post<Labels>(path, body)).body.results;
}

describe('association labels', () => {
  it.each(['/crm/associations/2026-09', '/crm/associations/2026-03', '/crm/v4/associations', '/crm/associations/v4'])(
    'can be listed, created, renamed and deleted below %s',
    async (base) => {
      const path = `${base}/contacts/companies/labels`;
      const created = await hubspot.post<Labels>(path, { name: 'billing_contact', label: 'Billing contact' });
      expect([created.status, created.body]).toEqual([
        200,
        {
          results: [
            { category: 'USER_DEFINED', typeId: 28, label: 'Billing contact' },
            { category: 'USER_DEFINED', typeId: 29, label: 'Billing contact' },
          ],
        },
      ]);
      const renamed = await hubspot.put(path, { associationTypeId: 28, label: 'Pays' });
      expect([renamed.status, renamed.body]).toEqual([204, undefined]);
      expect((await hubspot.get(path)).body).toEqual({
        results: [
          { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
          { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
          { category: 'USER_DEFINED', typeId: 28, label: 'Pays' },
        ],
      });
      expect(await labelsOf(`${base}/companies/contacts/labels`)).toContain('Pays');
      expect((await hubspot.delete(`${path}/28`)).status).toBe(204);
      expect(await labelsOf(path)).toEqual(['Primary', null]);
      expect(await labelsOf(`${base}/companies/contacts/labels`)).toEqual(['Primary', null]);
    },
  );

  it('can be a pair, of which each end has its own', async () => {
    await createLabel({ name: 'advice', label: 'Adviser', inverseLabel: 'Advised' });
    expect([await labelsOf(LABELS), await labelsOf(INVERSE_LABELS)]).toEqual([
      [null, 'Adviser'],
      [null, 'Advised'],
    ]);
    await hubspot.put(LABELS, { associationTypeId: 28, label: 'Counsel' });
    expect([await labelsOf(LABELS), await labelsOf(INVERSE_LABELS)]).toEqual([
      [null, 'Counsel'],
      [null, 'Advised'],
    ]);
    await hubspot.put(LABELS, { associationTypeId: 28, label: 'Adviser', inverseLabel: 'Client' });
    expect(await labelsOf(INVERSE_LABELS)).toEqual([null, 'Client']);
  });

  it('of records of one type are one label, or a pair', async () => {
    const path = '/crm/associations/2026-09/contacts/contacts/labels';
    expect(await createLabel({ name: 'friend', label: 'Friend' }, path)).toHaveLength(1);
    expect(await createLabel({ name: 'work', label: 'Manager', inverseLabel: 'Employee' }, path)).toHaveLength(2);
    expect(await labelsOf(path)).toEqual([null, 'Friend', 'Manager', 'Employee']);
  });

  it('are what connections then carry', async () => {
    const [deal, contact] = [portal.create('deals', {}).id, portal.create('contacts', {}).id];
    const [label] = await createLabel({ name: 'champion', label: 'Champion' });
    const types = [{ associationCategory: 'USER_DEFINED', associationTypeId: label?.typeId }];
    await hubspot.put(`/crm/objects/2026-09/deals/${deal}/associations/contacts/${contact}`, types);
    await hubspot.put(LABELS, { associationTypeId: label?.typeId, label: 'Sponsor' });
    const { body } = await hubspot.get(`/crm/objects/2026-09/contacts/${contact}/associations/deals`);
    expect(body).toEqual({
      results: [
        {
          toObjectId: Number(deal),
          associationTypes: [
            { category: 'HUBSPOT_DEFINED', typeId: 4, label: null },
            { category: 'USER_DEFINED', typeId: 29, label: 'Sponsor' },
          ],
        },
      ],
    });
  });

  it('agree with the generated data', async () => {
    const generated = createSimulator({ seed: 1 });
    const { body } = await new HubspotCaller(generated, SCOPES).get<Labels>(LABELS);
    expect(body.results).toContainEqual({ category: 'USER_DEFINED', typeId: 28, label: 'Decision maker' });
    const [first] = generated.portals;
    const types = [...(first?.records('deals') ?? [])].flatMap(({ id }) =>
      (first?.associatedRecords('deals', id, 'contacts') ?? []).flatMap(([, all]) => all),
    );
    expect(new Set(types.map(({ typeId }) => typeId))).toEqual(new Set([3, 28]));
  });

  it('are at most 50 for a pair of types', async () => {
    for (let number = 1; number <= 50; number += 1) await createLabel({ name: `l${number}`, label: `L ${number}` });
    expect((await hubspot.post(LABELS, { name: 'l51', label: 'L 51' })).status).toBe(437);
    expect((await hubspot.post(INVERSE_LABELS, { name: 'l51', label: 'L 51' })).status).toBe(437);
    const elsewhere = '/crm/associations/2026-09/contacts/contacts/labels';
    for (let number = 1; number <= 50; number += 1) {
      await createLabel({ name: `l${number}`, label: `A ${number}`, inverseLabel: `B ${number}` }, elsewhere);
    }
    expect(await labelsOf(elsewhere)).toHaveLength(101);
    expect((await hubspot.post(elsewhere, { name: 'l51', label: 'L 51' })).status).toBe(437);
  });

  it.each([`${LABELS}/28`, `${INVERSE_LABELS}/29`])('that are deleted leave their associations: %s', async (path) => {
    const [deal, contact] = [portal.create('deals', {}).id, portal.create('contacts', {}).id];
    portal.associate({ type: 'deals', id: deal }, { type: 'contacts', id: contact }, { label: 'Champion' });
    expect((await hubspot.delete(path)).status).toBe(204);
    const labels = [
      ...portal.associatedRecords('deals', deal, 'contacts'),
      ...portal.associatedRecords('contacts', contact, 'deals'),
    ].map(([id, types]) => [id, types.map(({ label }) => label)]);
    expect(labels).toEqual([
      [contact, [null]],
      [deal, [null]],
    ]);
  });

  it('that HubSpot defines are left alone', async () => {
    expect((await hubspot.delete(`${LABELS}/3`)).status).toBe(400);
    expect((await hubspot.put(LABELS, { associationTypeId: 3, label: 'Mine' })).status).toBe(400);
    expect(await labelsOf(LABELS)).toEqual([null]);
  });

  it.each([
    ['a name with a hyphen', { name: 'a-b', label: 'A' }],
    ['a name that starts with a number', { name: '1st', label: 'First' }],
    ['a label that there is', { name: 'again', label: 'Taken' }],
    ['no name', { label: 'Nameless' }],
  ])('are refused with %s', async (_what, body) => {
    await createLabel({ name: 'taken', label: 'Taken' });
    expect((await hubspot.post(LABELS, body)).status).toBe(400);
    expect(await labelsOf(LABELS)).toEqual([null, 'Taken']);
  });

  it('are read with the right to read, and written with the right to write, both ends', async () => {
    const reader = new HubspotCaller(simulator, ['crm.objects.contacts.read', 'crm.objects.deals.read']);
    expect((await reader.get(LABELS)).status).toBe(200);
    const refused = await Promise.all([
      reader.post(LABELS, { name: 'a', label: 'A' }),
      reader.put(LABELS, { associationTypeId: 28, label: 'A' }),
      reader.delete(`${LABELS}/28`),
      new HubspotCaller(simulator, ['crm.objects.deals.read']).get(LABELS),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });
});
