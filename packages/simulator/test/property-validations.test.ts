import { beforeEach, describe, expect, it } from 'vitest';
import type { PropertyType } from '../src/crm/properties/property-definitions.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { refusal, type SimulatedPortal, simulatePortal } from './helpers/simulated-portal.ts';

const VALIDATIONS = '/crm/property-validations/2026-09';
const CONTACTS = '/crm/objects/2026-09/contacts';

let world: SimulatedPortal;
let admin: HubspotCaller;
beforeEach(() => {
  world = simulatePortal();
  admin = new HubspotCaller(world.simulator, ['crm.schemas.contacts.read', 'crm.schemas.contacts.write']);
  const define = (name: string, type: PropertyType, fieldType: string) =>
    world.portal.defineProperty('contacts', { name, type, fieldType });
  define('code', 'string', 'text');
  define('score', 'number', 'number');
  define('birthday', 'date', 'date');
  define('met_at', 'datetime', 'date');
});

function rule(name: string, ruleType: string, ruleArguments: readonly string[] = [], caller = admin) {
  return caller.put(`${VALIDATIONS}/0-1/${name}/rule-type/${ruleType}`, { ruleArguments });
}

describe('the rules of an admin', () => {
  it('are listed by property, and one by one', async () => {
    expect((await rule('zip', 'ALPHANUMERIC', ['NUMERIC_ONLY'])).status).toBe(204);
    await rule('score', 'MIN_NUMBER', ['1']);
    await rule('score', 'MAX_NUMBER', ['9']);
    await rule('score', 'MIN_NUMBER', ['2']);
    const numeric = { ruleType: 'ALPHANUMERIC', ruleArguments: ['NUMERIC_ONLY'] };
    const bounds = [
      { ruleType: 'MAX_NUMBER', ruleArguments: ['9'] },
      { ruleType: 'MIN_NUMBER', ruleArguments: ['2'] },
    ];
    for (const path of [
      `${VALIDATIONS}/0-1`,
      '/crm/property-validations/2026-03/contacts',
      '/crm/v3/property-validations/0-1',
    ]) {
      expect((await world.hubspot.get(path)).body).toEqual({
        results: [
          { propertyName: 'zip', propertyValidationRules: [numeric] },
          { propertyName: 'score', propertyValidationRules: bounds },
        ],
      });
    }
    expect((await world.hubspot.get(`${VALIDATIONS}/0-1/score`)).body).toEqual({ results: bounds });
    expect((await world.hubspot.get(`${VALIDATIONS}/0-1/zip/rule-type/ALPHANUMERIC`)).body).toEqual(numeric);
    expect((await admin.get(`${VALIDATIONS}/0-3`)).status).toBe(403);
  });

  it.each([
    ['an unknown property', 'nobody', 'EMAIL', { ruleArguments: [] }, 404],
    ['an unknown kind', 'code', 'NICE', { ruleArguments: [] }, 400],
    ['the name of what every object has', 'code', 'constructor', { ruleArguments: [] }, 400],
    ['a pattern that is none', 'code', 'REGEX', { ruleArguments: ['('] }, 400],
    ['no pattern', 'code', 'REGEX', { ruleArguments: [] }, 400],
    ['no arguments', 'code', 'EMAIL', {}, 400],
    ['arguments that are no texts', 'code', 'MIN_LENGTH', { ruleArguments: [3] }, 400],
  ])('are refused for %s', async (_case, name, ruleType, body, status) => {
    expect((await admin.put(`${VALIDATIONS}/0-1/${name}/rule-type/${ruleType}`, body)).status).toBe(status);
    expect((await admin.get(`${VALIDATIONS}/0-1`)).body).toEqual({ results: [] });
  });

  it('need the scope of the definitions', async () => {
    expect((await rule('code', 'EMAIL', [], world.hubspot)).status).toBe(403);
    expect((await new HubspotCaller(world.simulator, ['oauth']).get(`${VALIDATIONS}/0-1`)).status).toBe(403);
  });
});

const NOVEMBER_23 = String(Date.UTC(2026, 10, 23));

describe('a value', () => {
  it.each([
    ['code', 'ALPHANUMERIC', ['ALPHA_ONLY'], 'Äda', 'a1'],
    ['code', 'ALPHANUMERIC', ['NUMERIC_ONLY'], '12', '1a'],
    ['code', 'ALPHANUMERIC', ['ALPHANUMERIC'], 'a1', 'a-1'],
    ['code', 'DOMAIN', [], 'one.example', 'one'],
    ['code', 'EMAIL', [], 'a@one.example', 'a@one'],
    ['code', 'EMAIL_ALLOWED_DOMAINS', ['one.example'], 'a@one.example', 'a@two.example'],
    ['code', 'EMAIL_BLOCKED_DOMAINS', ['two.example'], 'a@one.example', 'a@two.example'],
    ['code', 'FORMAT', ['UPPER'], 'ABC 1', 'Abc'],
    ['code', 'FORMAT', ['LOWER'], 'abc', 'Abc'],
    ['code', 'FORMAT', ['CAPITALIZATION'], 'Ada Lovelace', 'Ada lovelace'],
    ['code', 'MAX_LENGTH', ['3'], 'abc', 'abcd'],
    ['code', 'MIN_LENGTH', ['3'], 'abc', 'ab'],
    ['code', 'REGEX', ['^[A-Z]+$', 'Must be uppercase'], 'ABC', 'abc'],
    ['code', 'SPECIAL_CHARACTERS', ['NOT_ALLOWED'], 'a 1', 'a!'],
    ['code', 'URL', [], 'https://one.example/a', 'nowhere'],
    ['code', 'URL_ALLOWED_DOMAINS', ['one.example'], 'one.example/a', 'https://two.example'],
    ['code', 'URL_BLOCKED_DOMAINS', ['two.example'], 'one.example/a', 'https://two.example'],
    ['code', 'WHITESPACE', [], 'ab', 'a b'],
    ['code', 'WHITESPACE', ['TRIM'], 'a b', ' a'],
    ['phone', 'PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE', [], '+49 30 123456', '030 123456'],
    ['score', 'DECIMAL', ['2'], '1.25', '1.255'],
    ['score', 'MAX_NUMBER', ['99.99'], '99.99', '100'],
    ['score', 'MIN_NUMBER', ['-10.5'], '-10.5', '-11'],
    ['birthday', 'START_DATE', [NOVEMBER_23], '2026-11-23', '2026-11-22'],
    ['birthday', 'END_DATE', [NOVEMBER_23], '2026-11-23', '2026-11-24'],
    ['birthday', 'DAYS_OF_WEEK', ['MONDAY', 'FRIDAY'], '2026-11-23', '2026-11-24'],
    ['met_at', 'START_DATETIME', [NOVEMBER_23], '2026-11-23T00:00:00Z', '2026-11-22T23:59:59Z'],
    ['met_at', 'END_DATETIME', [NOVEMBER_23], '2026-11-23T00:00:00Z', '2026-11-23T00:00:01Z'],
  ])('of %s with the rule %s %j: %j fits, %j does not', async (name, ruleType, ruleArguments, good, bad) => {
    await rule(name, ruleType, ruleArguments);
    const write = (value: string) => world.hubspot.post(CONTACTS, { properties: { firstname: 'Ada', [name]: value } });
    expect((await write(good)).status).toBe(201);
    expect((await write('')).status).toBe(201);
    const { status, errors } = await refusal(write(bad));
    expect([status, errors]).toEqual([
      400,
      [{ code: expect.stringMatching(/^INVALID_/), message: expect.any(String), context: { propertyName: [name] } }],
    ]);
  });

  it.each([
    ['birthday', 'AFTER_DURATION', 'P7D', 8, 6],
    ['birthday', 'BEFORE_DURATION', 'P1M', -40, -20],
    ['met_at', 'AFTER_DATETIME_DURATION', 'P1Y', 370, 360],
    ['met_at', 'BEFORE_DATETIME_DURATION', 'P2W', -15, -13],
  ])('of %s with the rule %s %s may be %i days from now, not %i', async (name, ruleType, period, good, bad) => {
    await rule(name, ruleType, [period]);
    const write = (days: number) => {
      const at = new Date(world.clock.now() + days * 24 * 60 * 60 * 1000).toISOString();
      return world.hubspot.post(CONTACTS, { properties: { firstname: 'Ada', [name]: at } });
    };
    expect((await write(good)).status).toBe(201);
    expect((await write(bad)).status).toBe(400);
  });

  it('is refused in the words that HubSpot documents, in every version', async () => {
    await rule('firstname', 'ALPHANUMERIC', ['ALPHA_ONLY']);
    await rule('code', 'REGEX', ['^[A-Z]+$', 'Must be uppercase']);
    for (const version of ['2026-09', '2026-03']) {
      const properties = { firstname: 'R2', code: 'd2' };
      const { errors } = await refusal(world.hubspot.post(`/crm/objects/${version}/contacts`, { properties }));
      expect(errors).toMatchObject([
        { code: 'INVALID_ALPHA', message: 'Enter only letters' },
        { code: 'INVALID_REGEX', message: 'Must be uppercase' },
      ]);
    }
  });
});
