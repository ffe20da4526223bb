import { readFileSync } from 'node:fs';
import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const RULES =
  'property requiredOnCreate requiredWhen { property values } pattern minimum maximum minimumLength maximumLength validations { type arguments }';
const CONTACT_FORM = readFileSync(new URL('../../schema/operations/contact-form.graphql', import.meta.url), 'utf8');
const NOTHING = {
  ...{ requiredOnCreate: null, requiredWhen: null, pattern: null, minimum: null, maximum: null },
  ...{ minimumLength: null, maximumLength: null, validations: [] },
};
const LIFE_MS = 30 * 60 * 1000;

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  [portal] = stack.simulator.portals as [Portal];
  portal.defineProperty('contacts', { name: 'member_no', type: 'string', fieldType: 'text' });
  portal.defineProperty('contacts', { name: 'birthday', type: 'date', fieldType: 'date' });
});
afterAll(() => stack.stop());
beforeEach(() => {
  for (const type of ['contacts', 'deals'] as const) {
    portal.requirements[type].length = 0;
    portal.validations[type].clear();
  }
  // What is cached, and what refusals have told, is forgotten.
  stack.clock.advance(LIFE_MS + 1);
  stack.simulator.log.clear();
});

interface Answer {
  readonly writeRules: readonly { readonly property: string }[];
}

async function rulesOf(objectType: string) {
  const { data, errors } = await stack.query(`{ writeRules(objectType: ${objectType}) { ${RULES} } }`);
  expect(errors).toBeUndefined();
  return (data as unknown as Answer).writeRules;
}

const calls = () => stack.simulator.log.crm().map(({ method, path }) => `${method} ${path}`);

/** The user errors of a mutation of contacts. */
async function refusalOf(mutation: string) {
  const { data } = await stack.query(
    `mutation { x: ${mutation} { userErrors { message path ... on ValidationError { property decidingProperty hubspotCode } } } }`,
  );
  return (data as unknown as { x: { userErrors: readonly object[] } }).x.userErrors;
}

describe('the rules that HubSpot lists', () => {
  it('are shown as bounds, lengths, a pattern, and as they are', async () => {
    const rule = (
      name: string,
      ruleType: Parameters<Portal['validateProperty']>[2]['ruleType'],
      ...ruleArguments: string[]
    ) => portal.validateProperty('contacts', name, { ruleType, ruleArguments });
    rule('member_no', 'REGEX', '^[A-Z]{2}\\d+$', 'Two letters and a number');
    rule('member_no', 'MIN_LENGTH', '3');
    rule('member_no', 'MAX_LENGTH', '10');
    rule('birthday', 'END_DATE', '1795392000000');
    rule('hs_lead_status', 'WHITESPACE');
    expect(await rulesOf('CONTACT')).toEqual([
      {
        ...{ ...NOTHING, property: 'birthday', maximum: '2026-11-23' },
        validations: [{ type: 'END_DATE', arguments: ['1795392000000'] }],
      },
      { ...NOTHING, property: 'hs_lead_status', validations: [{ type: 'WHITESPACE', arguments: [] }] },
      {
        ...{ ...NOTHING, property: 'member_no', pattern: '^[A-Z]{2}\\d+$', minimumLength: 3, maximumLength: 10 },
        validations: [
          { type: 'REGEX', arguments: ['^[A-Z]{2}\\d+$', 'Two letters and a number'] },
          { type: 'MIN_LENGTH', arguments: ['3'] },
          { type: 'MAX_LENGTH', arguments: ['10'] },
        ],
      },
    ]);
    expect(calls()).toEqual(['GET /crm/property-validations/2026-09/0-1']);
  });

  it('bound numbers and date-times', async () => {
    portal.validateProperty('deals', 'amount', { ruleType: 'MIN_NUMBER', ruleArguments: ['-10.50'] });
    portal.validateProperty('deals', 'amount', { ruleType: 'MAX_NUMBER', ruleArguments: ['1e9'] });
    portal.validateProperty('deals', 'closedate', { ruleType: 'START_DATETIME', ruleArguments: ['1795392000000'] });
    portal.validateProperty('deals', 'description', { ruleType: 'MIN_LENGTH', ruleArguments: ['many'] });
    expect(await rulesOf('DEAL')).toMatchObject([
      { property: 'amount', minimum: '-10.50', maximum: '1e9' },
      { property: 'closedate', minimum: '2026-11-23T00:00:00.000Z', maximum: null },
      { property: 'dealname', requiredOnCreate: true },
      { property: 'dealstage', requiredOnCreate: true },
      { property: 'description', minimumLength: null },
    ]);
  });

  it('are read once, and again after a write was refused', async () => {
    expect(await rulesOf('CONTACT')).toEqual([]);
    portal.validateProperty('contacts', 'member_no', { ruleType: 'MIN_LENGTH', ruleArguments: ['3'] });
    expect(await rulesOf('CONTACT')).toEqual([]);
    const refused = await refusalOf('createContact(input: { properties: [{ name: "member_no", value: "1" }] })');
    expect(refused).toMatchObject([{ property: 'member_no', path: ['input', 'properties', '0'] }]);
    stack.simulator.log.clear();
    expect(await rulesOf('CONTACT')).toMatchObject([{ property: 'member_no', minimumLength: 3 }]);
    await rulesOf('CONTACT');
    expect(calls()).toEqual(['GET /crm/property-validations/2026-09/0-1']);
  });

  it('need the scopes of the definitions, and no call without them', async () => {
    const document = '{ writeRules(objectType: COMPANY) { property } }';
    const { data } = await stack.query(
      'query ($document: String!) { requiredScopes(document: $document) { fields { coordinate } } }',
      { document },
    );
    expect(JSON.stringify(data)).toContain('Query.writeRules');
  });

  it('are in the contact form before one of them is broken', async () => {
    portal.validateProperty('contacts', 'member_no', { ruleType: 'MIN_LENGTH', ruleArguments: ['3'] });
    const { data } = await stack.query(CONTACT_FORM);
    expect(data).toMatchObject({
      writeRules: [
        {
          ...NOTHING,
          property: 'member_no',
          minimumLength: 3,
          validations: [{ type: 'MIN_LENGTH', arguments: ['3'] }],
        },
      ],
    });
    expect(calls().filter((call) => call.includes('/crm/objects/'))).toEqual([]);
  });
});

describe('the rules that only refusals tell', () => {
  it('name what the create form requires', async () => {
    portal.requireProperty('contacts', { name: 'fax', onCreate: true });
    expect(await rulesOf('CONTACT')).toEqual([]);
    expect(await refusalOf('createContact(input: { firstName: "Ada" })')).toEqual([
      {
        ...{ message: 'HubSpot requires a value for `fax`.', path: null },
        ...{ property: 'fax', decidingProperty: null, hubspotCode: 'MISSING_REQUIRED_PROPERTY' },
      },
    ]);
    expect(await rulesOf('CONTACT')).toEqual([{ ...NOTHING, property: 'fax', requiredOnCreate: true }]);
    expect((await stack.query(CONTACT_FORM)).data).toMatchObject({
      writeRules: [{ property: 'fax', requiredOnCreate: true }],
    });
  });

  it('name the values that require another property', async () => {
    for (const value of ['closedlost', 'closedwon']) {
      portal.requireProperty('deals', { name: 'description', when: { name: 'dealstage', value } });
      await refusalOf(`updateDeal(input: { id: "300001", stageId: "${value}", description: null })`);
    }
    expect(await rulesOf('DEAL')).toMatchObject([
      { property: 'dealname', requiredOnCreate: true, requiredWhen: null },
      { property: 'dealstage', requiredOnCreate: true, requiredWhen: null },
      {
        property: 'description',
        requiredOnCreate: null,
        requiredWhen: [{ property: 'dealstage', values: ['closedlost', 'closedwon'] }],
      },
    ]);
  });

  it('tell the deciding property with the error', async () => {
    portal.requireProperty('contacts', { name: 'fax', when: { name: 'hs_lead_status', value: 'OPEN' } });
    expect(await refusalOf('updateContact(input: { id: "100001", leadStatus: "OPEN" })')).toMatchObject([
      { property: 'fax', decidingProperty: 'hs_lead_status', path: null },
    ]);
  });

  it('show no value of a property without options, which a viewer can have written freely', async () => {
    portal.requireProperty('contacts', { name: 'fax', when: { name: 'member_no', value: 'AB12' } });
    const mutation = 'updateContact(input: { id: "100002", properties: [{ name: "member_no", value: "AB12" }] })';
    expect(await refusalOf(mutation)).toMatchObject([{ property: 'fax', decidingProperty: 'member_no' }]);
    expect(await rulesOf('CONTACT')).toEqual([]);
  });

  it('are not made of what HubSpot requires of several properties together', async () => {
    expect(await refusalOf('createContact(input: { city: "Rome" })')).toMatchObject([
      { property: 'email' },
      { property: 'firstname' },
      { property: 'lastname' },
    ]);
    expect(await rulesOf('CONTACT')).toEqual([]);
  });

  it('are forgotten after 30 minutes', async () => {
    portal.requireProperty('contacts', { name: 'fax', onCreate: true });
    await refusalOf('createContact(input: { firstName: "Ada" })');
    stack.clock.advance(LIFE_MS - 1);
    expect(await rulesOf('CONTACT')).toMatchObject([{ property: 'fax' }]);
    stack.clock.advance(1);
    expect(await rulesOf('CONTACT')).toEqual([]);
  });
});
