import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, type SimulatedPortal, simulatePortal, type WrittenRecord } from './helpers/simulated-portal.ts';

const path = (version: string) => `/crm/objects/${version}/contacts`;

let world: SimulatedPortal;
beforeEach(() => {
  world = simulatePortal();
  world.portal.defineProperty('contacts', { name: 'birthday', type: 'date', fieldType: 'date' });
  world.portal.defineProperty('contacts', { name: 'met_at', type: 'datetime', fieldType: 'date' });
});

type Answer = WrittenRecord & { readonly warnings?: readonly object[]; readonly new?: boolean };

function warning(propertyName: string, rawValue: string, normalizedValue: number) {
  return {
    category: 'PROPERTY_VALUE_NORMALIZED',
    context: { propertyName, rawValue, normalizedValue: String(normalizedValue) },
    message: expect.stringContaining(propertyName),
  };
}

const NOVEMBER_23 = Date.UTC(2026, 10, 23);
const NINE = Date.UTC(2026, 10, 23, 9);

describe('version 2026-09', () => {
  it.each([
    ['birthday', '2026-11-23', '2026-11-23'],
    ['birthday', String(NOVEMBER_23), '2026-11-23'],
    ['birthday', '-86400000', '1969-12-31'],
    ['met_at', String(NINE), '2026-11-23T09:00:00Z'],
    ['met_at', '', undefined],
  ])('takes %s: %j without a warning', async (name, value, stored) => {
    const properties = { firstname: 'Ada', [name]: value };
    const { status, body } = await world.hubspot.post<Answer>(path('2026-09'), { properties });
    expect([status, body.properties[name], body.warnings]).toEqual([201, stored, undefined]);
  });

  it.each([
    ['birthday', '2026-11-23T00:00:00Z', '2026-11-23', NOVEMBER_23],
    ['birthday', '2026-11-23T23:59:59.999Z', '2026-11-23', NOVEMBER_23],
    ['birthday', '2026-11-24T00:30:00+01:00', '2026-11-23', NOVEMBER_23],
    ['birthday', String(NINE), '2026-11-23', NOVEMBER_23],
    ['birthday', String(NINE / 1000), '2026-11-23', NOVEMBER_23],
    ['birthday', '-1', '1969-12-31', -86_400_000],
    ['met_at', '2026-11-23T10:00:00+01:00', '2026-11-23T09:00:00Z', NINE],
    ['met_at', '2026-11-23', '2026-11-23T00:00:00Z', NOVEMBER_23],
    ['met_at', String(NINE / 1000), '2026-11-23T09:00:00Z', NINE],
  ])('puts %s: %j right, and warns', async (name, value, stored, normalized) => {
    const properties = { firstname: 'Ada', [name]: value };
    const { status, body } = await world.hubspot.post<Answer>(path('2026-09'), { properties });
    expect([status, body.properties[name]]).toEqual([201, stored]);
    expect(body.warnings).toEqual([warning(name, value, normalized)]);
  });

  it('warns in the answers to updates, and in each result of a batch', async () => {
    const { id } = world.portal.create('contacts', { email: 'ada@one.example' });
    const properties = { birthday: String(NINE), met_at: '2026-11-23' };
    const expected = [warning('birthday', String(NINE), NOVEMBER_23), warning('met_at', '2026-11-23', NOVEMBER_23)];
    const update = await world.hubspot.patch<Answer>(`${path('2026-09')}/${id}`, { properties });
    expect(update.body.warnings).toEqual(expected);
    const inputs = [
      { idProperty: 'email', id: 'ada@one.example', properties },
      { idProperty: 'email', id: 'new@one.example', properties: { firstname: 'New' } },
    ];
    const upsert = await world.hubspot.post<{ results: Answer[] }>(`${path('2026-09')}/batch/upsert`, { inputs });
    expect(upsert.body.results.map((result) => [result.new, result.warnings])).toEqual(
      expect.arrayContaining([
        [false, expected],
        [true, undefined],
      ]),
    );
  });
});

describe.each(['2026-03', 'v3'])('version %s', (version) => {
  const target = version === 'v3' ? '/crm/v3/objects/contacts' : path(version);

  it.each([String(NINE), '2026-11-23T09:00:00Z', '1635535865'])(
    'refuses a date that is not midnight: %s',
    async (value) => {
      const properties = { firstname: 'Ada', birthday: value };
      const answer = await refusal(world.hubspot.post(target, { properties }));
      const message = expect.stringMatching(/ UTC, not midnight!$/);
      expect(answer.errors).toEqual([{ code: 'INVALID_DATE', message, context: { propertyName: ['birthday'] } }]);
    },
  );

  it('takes other formats without a warning, and seconds as milliseconds', async () => {
    const properties = { firstname: 'Ada', birthday: '2026-11-23T00:00:00Z', met_at: '1635535865' };
    const { body } = await world.hubspot.post<Answer>(target, { properties });
    expect(body.properties).toMatchObject({ birthday: '2026-11-23', met_at: '1970-01-19T22:18:55.865Z' });
    expect(body.warnings).toBeUndefined();
  });
});
