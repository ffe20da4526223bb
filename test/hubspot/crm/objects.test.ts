import { describe, expect, it } from 'vitest';
import { batchReadRecords, listRecords, parseRecordPage } from '../../../src/hubspot/crm/objects.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const RECORD = {
  id: '33451',
  properties: { email: 'ada@one.example', phone: null, zip: '' },
  createdAt: '2022-06-01T14:31:48.469Z',
  updatedAt: '2025-07-07T20:27:17Z',
  archived: false,
};
const BAD_RESPONSE = expect.objectContaining({ code: 'HUBSPOT_BAD_RESPONSE' });

describe('listRecords', () => {
  it('asks for no more than it is told', async () => {
    const api = new FakeApi(() => ({ results: [] }));
    await listRecords(api, 'contacts', { limit: 20, properties: [] });
    expect(api.calls).toEqual([
      {
        name: 'contacts.list',
        method: 'GET',
        path: '/crm/objects/2026-09/contacts?limit=20',
        scopes: [['crm.objects.contacts.read']],
      },
    ]);
  });

  it('names page, properties, associated records and the archive; associated records need their own scope, too', async () => {
    const api = new FakeApi(() => ({ results: [] }));
    await listRecords(api, 'deals', {
      limit: 100,
      after: 'a&b=c',
      properties: ['dealname', 'amount'],
      associations: ['contacts', 'companies'],
      archived: true,
    });
    const [call] = api.calls;
    const { pathname, searchParams } = new URL(call?.path ?? '', 'https://api.hubapi.com');
    expect(pathname).toBe('/crm/objects/2026-09/deals');
    expect(Object.fromEntries(searchParams)).toEqual({
      limit: '100',
      after: 'a&b=c',
      properties: 'dealname,amount',
      associations: 'contacts,companies',
      archived: 'true',
    });
    expect(call?.scopes).toEqual([
      ['crm.objects.deals.read', 'crm.objects.contacts.read', 'crm.objects.companies.read'],
    ]);
  });

  it('reads records and the cursor', async () => {
    const api = new FakeApi(() => ({ results: [RECORD], paging: { next: { after: '33452', link: 'https://…' } } }));
    const page = await listRecords(api, 'contacts', { limit: 1, properties: [] });
    expect(page).toEqual({ records: [RECORD], next: '33452' });
  });

  it('passes failures on', async () => {
    const api = new FakeApi(() => {
      throw hubspotError({ status: 404, category: 'OBJECT_NOT_FOUND' });
    });
    await expect(listRecords(api, 'contacts', { limit: 1, properties: [] })).rejects.toMatchObject({
      code: 'HUBSPOT_BAD_REQUEST',
    });
  });
});

describe('batchReadRecords', () => {
  it('names records by id', async () => {
    const api = new FakeApi(() => ({ results: [RECORD] }));
    const { records } = await batchReadRecords(api, 'contacts', { ids: ['33451', '2'], properties: ['email'] });
    expect(records).toEqual([RECORD]);
    expect(api.calls).toEqual([
      {
        name: 'contacts.batchRead',
        method: 'POST',
        path: '/crm/objects/2026-09/contacts/batch/read',
        body: { inputs: [{ id: '33451' }, { id: '2' }], properties: ['email'] },
        scopes: [['crm.objects.contacts.read']],
        idempotent: true,
      },
    ]);
  });

  it('names records by a unique property', async () => {
    const api = new FakeApi(() => ({ results: [] }));
    await batchReadRecords(api, 'contacts', { ids: ['ada@one.example'], idProperty: 'email', properties: [] });
    expect(api.calls[0]?.body).toEqual({ inputs: [{ id: 'ada@one.example' }], properties: [], idProperty: 'email' });
  });

  const read = (answer: () => unknown) =>
    batchReadRecords(new FakeApi(answer), 'contacts', { ids: ['33451', '999'], properties: [] });
  const missing = { status: 'error', category: 'OBJECT_NOT_FOUND', context: { ids: ['999'] } };

  it('leaves out what does not exist', async () => {
    const one = await read(() => ({ results: [RECORD], numErrors: 1, errors: [missing] }));
    expect([one.records, one.failureOf('999')]).toEqual([[RECORD], undefined]);
    const none = await read(() => ({ results: [], numErrors: 1, errors: [missing] }));
    expect([none.records, none.failureOf('999')]).toEqual([[], undefined]);
  });

  it('finds nothing where HubSpot answers 404 because nothing exists', async () => {
    const notFound = () => {
      throw hubspotError({ status: 404, category: 'OBJECT_NOT_FOUND' });
    };
    const { records, failureOf } = await read(notFound);
    expect([records, failureOf('33451')]).toEqual([[], undefined]);
  });

  it('takes no other failure for absence, and keeps one that names ids to those', async () => {
    const failed = { status: 'error', category: 'INTERNAL_ERROR', message: 'secret', context: { ids: ['7', 8] } };
    const { records, failureOf } = await read(() => ({ results: [RECORD], errors: [missing, failed] }));
    expect(records).toEqual([RECORD]);
    const failure = {
      code: 'HUBSPOT_UNAVAILABLE',
      extensions: { hubspot: { status: 207, category: 'INTERNAL_ERROR' } },
      message: expect.not.stringContaining('secret'),
    };
    expect(['999', '7', '8', '1'].map(failureOf)).toEqual([
      undefined,
      expect.objectContaining(failure),
      expect.objectContaining(failure),
      undefined,
    ]);
  });

  it('takes a failure that names nothing for one of everything that is not there, save what is known to be absent', async () => {
    const { failureOf } = await read(() => ({ results: [], errors: [null, missing] }));
    expect(failureOf('33451')).toEqual(BAD_RESPONSE);
    expect(failureOf('999')).toBeUndefined();
  });

  it('takes a 404 that names no absence for a failure', async () => {
    const wrongPath = () => {
      throw hubspotError({ status: 404 });
    };
    await expect(read(wrongPath)).rejects.toMatchObject({ code: 'HUBSPOT_BAD_REQUEST' });
  });
});

describe('parseRecordPage', () => {
  it('keeps a record as it is, associated records and link included', () => {
    const companies = { results: [{ id: '5790939450', type: 'contact_to_company' }] };
    const record = {
      ...RECORD,
      url: 'https://app.hubspot.com/contacts/1/record/0-1/33451',
      associations: { companies },
    };
    expect(parseRecordPage({ results: [record] }).records).toEqual([record]);
  });

  it.each([
    ['a text', { paging: { next: { after: '20' } } }, '20'],
    ['a number', { paging: { next: { after: 20 } } }, '20'],
    ['absent', {}, undefined],
    ['empty', { paging: { next: { after: '' } } }, undefined],
    ['null', { paging: null }, undefined],
  ])('reads the cursor: %s', (_case, rest, next) => {
    expect(parseRecordPage({ results: [], ...rest }).next).toBe(next);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'results'],
    ['a list', []],
    ['no results', {}],
    ['results that are no list', { results: { 0: RECORD } }],
    ['a result that is null', { results: [null] }],
    ['an id in numbers', { results: [{ ...RECORD, id: 33451 }] }],
    ['no id', { results: [{ ...RECORD, id: undefined }] }],
    ['no properties', { results: [{ ...RECORD, properties: undefined }] }],
    ['properties in a list', { results: [{ ...RECORD, properties: [] }] }],
    ['a property value in numbers', { results: [{ ...RECORD, properties: { amount: 5 } }] }],
    ['a property value that is a map', { results: [{ ...RECORD, properties: { email: { value: 'a' } } }] }],
    ['a date in numbers', { results: [{ ...RECORD, createdAt: 1_654_093_908_469 }] }],
    ['no date of change', { results: [{ ...RECORD, updatedAt: undefined }] }],
    ['archived in words', { results: [{ ...RECORD, archived: 'false' }] }],
    ['a link in numbers', { results: [{ ...RECORD, url: 5 }] }],
    ['associated records in a list', { results: [{ ...RECORD, associations: [] }] }],
    ['associated records without results', { results: [{ ...RECORD, associations: { companies: {} } }] }],
    ['a associated record without an id', { results: [{ ...RECORD, associations: { companies: { results: [{}] } } }] }],
    ['one bad record among good ones', { results: [RECORD, {}] }],
    ['more records than any page has', { results: Array(10_001).fill(RECORD) }],
  ])('refuses anything else: %s', (_case, body) => {
    expect(() => parseRecordPage(body)).toThrow(BAD_RESPONSE);
  });
});
