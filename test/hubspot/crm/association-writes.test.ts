import { AssociationTypes } from 'hubspot-graphql-gateway-simulator';
import { describe, expect, it } from 'vitest';
import { listAssociations, listAssociationTypes, plainType } from '../../../src/hubspot/crm/association-types.ts';
import {
  associatePlainly,
  removeAssociation,
  removeAssociationTypes,
  replaceAssociationTypes,
} from '../../../src/hubspot/crm/association-writes.ts';
import { HubspotRefusalError } from '../../../src/hubspot/hubspot-refusal-error.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const PAIR = { from: { objectType: 'contacts', id: '101' }, to: { objectType: 'deals', id: '301' } } as const;
const LABEL = { category: 'USER_DEFINED', typeId: 28, label: 'Decision maker' };
const SPEC = { associationCategory: 'USER_DEFINED', associationTypeId: 28 };
const RECORD = '/crm/objects/2026-09/contacts/101/associations';
const BATCH = '/crm/associations/2026-09/contacts/deals';
const write = [['crm.objects.contacts.write', 'crm.objects.deals.write']];
const read = [['crm.objects.contacts.read', 'crm.objects.deals.read']];
const BAD_RESPONSE = expect.objectContaining({ code: 'HUBSPOT_BAD_RESPONSE' });

/** What goes out. */
async function sent(act: (api: FakeApi) => Promise<unknown>, body?: unknown) {
  const api = new FakeApi(() => body);
  await act(api);
  expect(api.calls).toHaveLength(1);
  return api.calls[0];
}

describe('an association', () => {
  it('is made without a label', async () => {
    expect(await sent((api) => associatePlainly(api, PAIR))).toEqual({
      name: 'associations.contacts.deals.create',
      method: 'PUT',
      path: `${RECORD}/default/deals/301`,
      scopes: write,
    });
  });

  it('is given labels', async () => {
    expect(await sent((api) => replaceAssociationTypes(api, PAIR, [LABEL]))).toEqual({
      name: 'associations.contacts.deals.label',
      method: 'PUT',
      path: `${RECORD}/deals/301`,
      body: [SPEC],
      scopes: write,
    });
  });

  it('is removed', async () => {
    expect(await sent((api) => removeAssociation(api, PAIR))).toEqual({
      name: 'associations.contacts.deals.archive',
      method: 'DELETE',
      path: `${RECORD}/deals/301`,
      scopes: write,
    });
  });

  it('loses labels', async () => {
    expect(await sent((api) => removeAssociationTypes(api, PAIR, [LABEL]))).toEqual({
      name: 'associations.contacts.deals.unlabel',
      method: 'POST',
      path: `${BATCH}/batch/labels/archive`,
      body: { inputs: [{ from: { id: '101' }, to: { id: '301' }, types: [SPEC] }] },
      scopes: write,
      budget: 'associations',
    });
  });

  it('is refused by a 207', async () => {
    const api = new FakeApi(() => ({ results: [], errors: [{ category: 'OBJECT_NOT_FOUND', message: 'gone' }] }));
    await expect(associatePlainly(api, PAIR)).rejects.toBeInstanceOf(HubspotRefusalError);
    await expect(removeAssociationTypes(api, PAIR, [LABEL])).rejects.toBeInstanceOf(HubspotRefusalError);
  });
});

describe('association types', () => {
  it('are listed with the categories and ids that writes name them by', async () => {
    const results = [
      { category: 'HUBSPOT_DEFINED', typeId: 4, label: null },
      { ...LABEL, name: 'x' },
      { ...LABEL, label: 7 },
    ];
    const api = new FakeApi(() => ({ results }));
    expect(await listAssociationTypes(api, 'contacts', 'deals')).toEqual([
      plainType('contacts', 'deals'),
      LABEL,
      { ...LABEL, label: null },
    ]);
    expect(api.calls).toEqual([
      {
        name: 'associations.contacts.deals.labels',
        method: 'GET',
        path: `${BATCH}/labels`,
        scopes: read,
        budget: 'associations',
      },
    ]);
  });

  it('are known without a call where there is no label', () => {
    const types = new AssociationTypes();
    for (const from of ['contacts', 'deals', 'companies'] as const) {
      for (const to of ['contacts', 'deals', 'companies'] as const) {
        expect(plainType(from, to).typeId).toBe(types.unlabelled(from, to).typeId);
      }
    }
  });

  it('of associated records come by their ids, which are numbers or texts', async () => {
    const associationTypes = [{ category: 'HUBSPOT_DEFINED', typeId: 4, label: null }, LABEL];
    const results = [
      { toObjectId: 301, associationTypes },
      { toObjectId: '302', associationTypes: [] },
    ];
    const api = new FakeApi(() => ({ results, paging: { next: { after: 'a=' } } }));
    const list = { from: 'contacts', id: '101', to: 'deals' } as const;
    const page = await listAssociations(api, list, undefined);
    expect(page.next).toBe('a=');
    expect([...page.types]).toEqual([
      ['301', [plainType('contacts', 'deals'), LABEL]],
      ['302', []],
    ]);
    await listAssociations(api, list, 'a=');
    expect(api.calls.map(({ path }) => path)).toEqual([
      `${RECORD}/deals?limit=500`,
      `${RECORD}/deals?limit=500&after=a%3D`,
    ]);
    expect(api.calls[0]).toMatchObject({ name: 'associations.contacts.deals.list', method: 'GET', scopes: read });
  });

  it.each([undefined, {}, { results: {} }, { results: [null] }, { results: [{ category: 1, typeId: 1 }] }])(
    'are nonsense in an answer such as %j',
    async (body) => {
      await expect(listAssociationTypes(new FakeApi(() => body), 'contacts', 'deals')).rejects.toEqual(BAD_RESPONSE);
    },
  );

  it.each([
    undefined,
    {},
    { results: [null] },
    { results: [{ toObjectId: 1 }] },
    { results: [{ associationTypes: [] }] },
    { results: [{ toObjectId: 1, associationTypes: [{}] }] },
  ])('of associated records are nonsense in an answer such as %j', async (body) => {
    const list = { from: 'contacts', id: '1', to: 'deals' } as const;
    await expect(listAssociations(new FakeApi(() => body), list, undefined)).rejects.toEqual(BAD_RESPONSE);
  });
});
