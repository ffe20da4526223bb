import { describe, expect, it } from 'vitest';
import { associatedTypes, associationFilter, SEARCH_LIMITS, searchRecords } from '../../../src/hubspot/crm/search.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const RECORD = {
  id: '33451',
  properties: { email: 'ada@one.example' },
  createdAt: '2022-06-01T14:31:48.469Z',
  updatedAt: '2025-07-07T20:27:17Z',
  archived: false,
};

describe('searchRecords', () => {
  it('sends nothing that was not asked for', async () => {
    const api = new FakeApi(() => ({ total: 0, results: [] }));
    expect(await searchRecords(api, 'contacts', { groups: [[]], properties: [], limit: 20 })).toEqual({
      total: 0,
      records: [],
      next: undefined,
    });
    expect(api.calls).toMatchObject([
      {
        name: 'contacts.search',
        method: 'POST',
        path: '/crm/objects/2026-09/contacts/search',
        body: { properties: [], limit: 20 },
        scopes: [['crm.objects.contacts.read']],
        budget: 'search',
        idempotent: true,
      },
    ]);
  });

  it('spells a search as HubSpot does, and asks for the scopes of associated records, too', async () => {
    const api = new FakeApi(() => ({ total: 38, results: [RECORD], paging: { next: { after: '300' } } }));
    const page = await searchRecords(api, 'deals', {
      query: 'ada',
      groups: [
        [{ propertyName: 'amount', operator: 'BETWEEN', value: '1', highValue: '2' }],
        [associationFilter('contacts', '7'), associationFilter('companies', '8')],
      ],
      sort: { propertyName: 'amount', direction: 'DESCENDING' },
      properties: ['dealname'],
      limit: SEARCH_LIMITS.page,
      after: 100,
    });
    expect(page).toEqual({ total: 38, records: [RECORD], next: '300' });
    expect(api.calls[0]?.body).toEqual({
      query: 'ada',
      filterGroups: [
        { filters: [{ propertyName: 'amount', operator: 'BETWEEN', value: '1', highValue: '2' }] },
        {
          filters: [
            { propertyName: 'associations.contact', operator: 'EQ', value: '7' },
            { propertyName: 'associations.company', operator: 'EQ', value: '8' },
          ],
        },
      ],
      sorts: [{ propertyName: 'amount', direction: 'DESCENDING' }],
      properties: ['dealname'],
      limit: 200,
      after: '100',
    });
    expect(api.calls[0]?.scopes).toEqual([
      ['crm.objects.deals.read', 'crm.objects.contacts.read', 'crm.objects.companies.read'],
    ]);
  });

  it.each([
    ['no total', { results: [] }],
    ['a total that is text', { total: '3', results: [] }],
    ['a negative total', { total: -1, results: [] }],
    ['no results', { total: 3 }],
    ['something else', 'search'],
    ['nothing', undefined],
  ])('does not take %s for a page', async (_title, body) => {
    const api = new FakeApi(() => body);
    await expect(searchRecords(api, 'contacts', { groups: [], properties: [], limit: 1 })).rejects.toMatchObject({
      code: 'HUBSPOT_BAD_RESPONSE',
    });
  });
});

it('knows associated records by their filters, each type once', () => {
  const groups = [
    [associationFilter('companies', '1'), { propertyName: 'associationscompany', operator: 'EQ', value: '1' } as const],
    [associationFilter('companies', '2')],
  ];
  expect(associatedTypes(groups)).toEqual(['companies']);
  expect(associatedTypes([])).toEqual([]);
});
