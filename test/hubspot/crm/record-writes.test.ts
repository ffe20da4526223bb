import { describe, expect, it } from 'vitest';
import { plainType } from '../../../src/hubspot/crm/association-types.ts';
import { archiveRecord, createRecord, updateRecord, upsertRecord } from '../../../src/hubspot/crm/record-writes.ts';
import { HubspotRefusalError } from '../../../src/hubspot/hubspot-refusal-error.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const RECORD = {
  id: '33451',
  properties: { email: 'ada@one.example' },
  createdAt: '2022-06-01T14:31:48.469Z',
  updatedAt: '2025-07-07T20:27:17Z',
  archived: false,
};
const OBJECTS = '/crm/objects/2026-09';
const scopes = [['crm.objects.contacts.write']];
const NOT_A_RECORD = { code: 'HUBSPOT_BAD_RESPONSE', message: expect.stringContaining('may have succeeded') };

describe('createRecord', () => {
  it('posts values and associations, and reads the record', async () => {
    const api = new FakeApi(() => RECORD);
    const associations = [{ toType: 'deals' as const, toId: '301', types: [plainType('contacts', 'deals')] }];
    const properties = { email: 'ada@one.example' };
    expect(await createRecord(api, 'contacts', { properties, associations })).toEqual({
      record: RECORD,
      isNew: true,
      warnings: [],
    });
    expect(api.calls).toEqual([
      {
        name: 'contacts.create',
        method: 'POST',
        path: `${OBJECTS}/contacts`,
        body: {
          properties,
          associations: [
            { to: { id: '301' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 4 }] },
          ],
        },
        scopes,
      },
    ]);
  });

  it.each([undefined, null, [], 'x', { ...RECORD, id: 7 }, { ...RECORD, properties: [] }])(
    'says that it may be done when the answer is no record: %j',
    async (body) => {
      const api = new FakeApi(() => body);
      await expect(createRecord(api, 'contacts', { properties: {}, associations: [] })).rejects.toMatchObject(
        NOT_A_RECORD,
      );
      expect(api.calls).toHaveLength(1);
    },
  );
});

describe('updateRecord', () => {
  it('patches values', async () => {
    const api = new FakeApi(() => RECORD);
    expect(await updateRecord(api, 'contacts', '33451', { phone: '' })).toEqual({
      record: RECORD,
      isNew: false,
      warnings: [],
    });
    expect(api.calls).toEqual([
      {
        name: 'contacts.update',
        method: 'PATCH',
        path: `${OBJECTS}/contacts/33451`,
        body: { properties: { phone: '' } },
        scopes,
      },
    ]);
  });
});

describe('upsertRecord', () => {
  const target = { idProperty: 'email', idValue: 'ada@one.example' };
  const upsert = (body: unknown) => {
    const api = new FakeApi(() => body);
    return { api, answer: upsertRecord(api, 'contacts', target, { phone: '1' }) };
  };

  it.each([true, false])('is a batch of one, and tells whether the record is new: %s', async (isNew) => {
    const { api, answer } = upsert({ status: 'COMPLETE', results: [{ ...RECORD, new: isNew }] });
    expect(await answer).toEqual({ record: { ...RECORD, new: isNew }, isNew, warnings: [] });
    expect(api.calls).toEqual([
      {
        name: 'contacts.upsert',
        method: 'POST',
        path: `${OBJECTS}/contacts/batch/upsert`,
        body: { inputs: [{ idProperty: 'email', id: 'ada@one.example', properties: { phone: '1' } }] },
        scopes,
      },
    ]);
  });

  it('tells what HubSpot changed, the identifying value included', async () => {
    const warning = (propertyName: string, rawValue: string) => ({
      category: 'PROPERTY_VALUE_NORMALIZED',
      context: { propertyName, rawValue },
    });
    const warnings = [warning('email', 'ada@one.example'), warning('phone', '1')];
    const { warnings: told } = await upsert({ results: [{ ...RECORD, warnings }] }).answer;
    expect(told).toMatchObject([
      { property: 'email', rawValue: 'ada@one.example' },
      { property: 'phone', rawValue: '1' },
    ]);
  });

  it('does not know it when HubSpot does not say', async () => {
    expect(await upsert({ results: [RECORD] }).answer).toMatchObject({ isNew: null });
  });

  it.each([
    ['VALIDATION_ERROR', { kind: 'invalid' }],
    ['CONFLICT', { kind: 'taken' }],
    ['OBJECT_NOT_FOUND', { kind: 'absent' }],
  ])('is refused by a 207 as by a 4xx: %s', async (category, problem) => {
    const { answer } = upsert({
      results: [],
      numErrors: 1,
      errors: [{ status: 'error', category, message: 'secret {}' }],
    });
    const error = await answer.then(
      () => expect.unreachable('the upsert succeeded'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(HubspotRefusalError);
    expect(error).toMatchObject({ problems: [problem], extensions: { hubspot: { status: 207, category } } });
    expect(String(error)).not.toContain('secret');
  });

  it.each([
    [{ category: 'RATE_LIMITS' }, 'RATE_LIMITED'],
    [{ category: 'INTERNAL_ERROR' }, 'HUBSPOT_UNAVAILABLE'],
    [{ category: 'MISSING_SCOPES' }, 'HUBSPOT_FORBIDDEN'],
    [{ category: 'EXPIRED_AUTHENTICATION' }, 'HUBSPOT_UNAUTHORIZED'],
    [{ category: 'OF_ANOTHER_YEAR' }, 'HUBSPOT_BAD_RESPONSE'],
    [{}, 'HUBSPOT_BAD_RESPONSE'],
  ])('is no refusal when the 207 is about something else: %j is %s', async (told, code) => {
    const { answer } = upsert({ results: [], errors: [{ status: 'error', ...told }] });
    const error = await answer.then(
      () => expect.unreachable('the upsert succeeded'),
      (reason: unknown) => reason,
    );
    expect(error).not.toBeInstanceOf(HubspotRefusalError);
    expect(error).toMatchObject({ code, extensions: { hubspot: { status: 207, ...told } } });
  });

  it.each([undefined, {}, { results: [] }, { results: {} }, { results: [{}], errors: [] }])(
    'says that it may be done when the answer is nothing of the kind: %j',
    async (body) => {
      await expect(upsert(body).answer).rejects.toMatchObject(NOT_A_RECORD);
    },
  );
});

describe('archiveRecord', () => {
  it('deletes', async () => {
    const api = new FakeApi(() => undefined);
    await archiveRecord(api, 'contacts', '33451');
    expect(api.calls).toEqual([
      { name: 'contacts.archive', method: 'DELETE', path: `${OBJECTS}/contacts/33451`, scopes },
    ]);
  });
});
