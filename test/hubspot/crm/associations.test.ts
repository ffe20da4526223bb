import { describe, expect, it } from 'vitest';
import { batchReadAssociations } from '../../../src/hubspot/crm/associations.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const PRIMARY = { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' };
const UNLABELLED = { category: 'HUBSPOT_DEFINED', typeId: 279, label: null };
const CUSTOM = { category: 'USER_DEFINED', typeId: 28, label: 'Billing contact' };

function read(answer: unknown) {
  return batchReadAssociations(new FakeApi(() => answer), 'contacts', 'companies', [{ id: '1' }]);
}

/** The answer for the record `1` with these associated records. */
function associations(...to: readonly unknown[]) {
  return { results: [{ from: { id: '1' }, to }] };
}

describe('batchReadAssociations', () => {
  it('names records and their cursors, and needs the scopes of both sides', async () => {
    const api = new FakeApi(() => ({ results: [] }));
    await batchReadAssociations(api, 'deals', 'contacts', [{ id: '1' }, { id: '2', after: 'MjA=' }]);
    expect(api.calls).toEqual([
      {
        name: 'associations.deals.contacts.batchRead',
        method: 'POST',
        path: '/crm/associations/2026-09/deals/contacts/batch/read',
        body: { inputs: [{ id: '1' }, { id: '2', after: 'MjA=' }] },
        scopes: [['crm.objects.deals.read', 'crm.objects.contacts.read']],
        budget: 'associations',
        idempotent: true,
      },
    ]);
  });

  it('gives each record its page: associated records, their labels, and where the next page starts', async () => {
    const answer = {
      status: 'COMPLETE',
      results: [
        { from: { id: '1' }, to: [{ toObjectId: 5790939450, associationTypes: [PRIMARY, UNLABELLED, CUSTOM] }] },
        {
          from: { id: '2' },
          to: [{ toObjectId: '7', associationTypes: [UNLABELLED] }],
          paging: { next: { after: 'MjA=' } },
        },
      ],
    };
    expect((await read(answer)).pages).toEqual(
      new Map([
        ['1', { associations: [{ id: '5790939450', labels: ['Primary', 'Billing contact'] }], next: undefined }],
        ['2', { associations: [{ id: '7', labels: [] }], next: 'MjA=' }],
      ]),
    );
  });

  it('knows ids in numbers and in text, on both sides', async () => {
    const answer = { results: [{ from: { id: 1 }, to: [{ toObjectId: 2 }, { toObjectId: '9007199254740993' }] }] };
    const page = (await read(answer)).pages.get('1');
    expect(page?.associations.map(({ id }) => id)).toEqual(['2', '9007199254740993']);
  });

  it('knows associated records without types as unlabelled', async () => {
    expect((await read(associations({ toObjectId: 2, associationTypes: null }))).pages.get('1')?.associations).toEqual([
      { id: '2', labels: [] },
    ]);
  });

  it('leaves out records without associated records, as HubSpot does in a 207', async () => {
    const lonely = {
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      context: { fromObjectId: ['1'], fromObjectType: ['contact'], toObjectType: ['company'] },
    };
    const { pages, failureOf } = await read({ results: [], numErrors: 1, errors: [lonely] });
    expect(pages).toEqual(new Map());
    expect(failureOf('1')).toBeUndefined();
  });

  it('takes no other failure for the absence of associated records, and keeps it to the record that it names', async () => {
    const failed = { status: 'error', category: 'RATE_LIMITS', message: 'secret', context: { fromObjectId: ['3'] } };
    const { pages, failureOf } = await read({ ...associations({ toObjectId: 2 }), errors: [failed] });
    expect([...pages.keys()]).toEqual(['1']);
    expect(failureOf('2')).toBeUndefined();
    expect(failureOf('3')).toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { hubspot: { status: 207, category: 'RATE_LIMITS' } },
      message: expect.not.stringContaining('secret'),
    });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['no results', {}],
    ['results that are no list', { results: {} }],
    ['a result that is null', { results: [null] }],
    ['no record', { results: [{ to: [] }] }],
    ['no associated records', { results: [{ from: { id: '1' } }] }],
    ['a associated record that is null', associations(null)],
    ['a associated record without an id', associations({ associationTypes: [UNLABELLED] })],
    ['an empty id', associations({ toObjectId: '' })],
    ['an id that is no whole number', associations({ toObjectId: 1.5 })],
    ['an id too large to be exact', associations({ toObjectId: 2 ** 53 })],
  ])('refuses anything else: %s', async (_case, answer) => {
    await expect(read(answer)).rejects.toMatchObject({ code: 'HUBSPOT_BAD_RESPONSE' });
  });
});
