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
const TYPES = ['Contact', 'Deal', 'Company'] as const;

/** What a mutation with this input comes to. */
async function write(mutation: string, input: unknown) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { x: ${mutation}(input: $input) { userErrors { __typename code path } } }`;
  const { raw, answer } = await stack.send(query, { input });
  expect(raw.status).toBeLessThan(500);
  expect(JSON.stringify(answer).length).toBeLessThan(2_000);
  return answer;
}

/** The one error's extensions. HubSpot was not asked anything. */
async function refusal(mutation: string, input: unknown): Promise<unknown> {
  const { errors, data } = await write(mutation, input);
  expect(data ?? { x: null }).toEqual({ x: null });
  expect(errors).toHaveLength(1);
  expect(calls()).toEqual([]);
  return errors?.[0]?.extensions;
}

const BAD_IDS = [
  ...['', '1 OR 1=1', '1/../../owners', '..%2f..%2fowners', '1?archived=true', '1#', '00001', '0', '-0', '-1', '+1'],
  ...['1e3', '1.0', '0x1', ' 1', '1\n', '1\u0000', '٣', '１', '9'.repeat(21), '9'.repeat(300), 'x'.repeat(900_000)],
  ...['__proto__', 'contact:1234567:1', 'Contact:1234567', 'Contact:1234567:00001', 'Contact:1234567:1 ', '\ud800'],
];

describe('ids', () => {
  const CONTACT = { objectType: 'CONTACT', id: '100001' };
  const DEAL = { objectType: 'DEAL', id: '300001' };
  const PLACES: readonly (readonly [string, string, (id: unknown) => object])[] = [
    ...TYPES.flatMap((type) => [
      [`update${type}`, 'id', (id: unknown) => ({ id, ownerId: null })] as const,
      [`archive${type}`, 'id', (id: unknown) => ({ id })] as const,
      [`create${type}`, 'ownerId', (ownerId: unknown) => ({ ownerId })] as const,
      [
        `create${type}`,
        'associations',
        (id: unknown) => ({ associations: [DEAL, { objectType: 'COMPANY', id }] }),
      ] as const,
    ]),
    ['updateContact', 'ownerId', (ownerId) => ({ id: '100001', ownerId })],
    ['upsertContact', 'ownerId', (ownerId) => ({ idValue: 'a@b.example', ownerId })],
    ['associate', 'from', (id) => ({ from: { objectType: 'CONTACT', id }, to: DEAL })],
    ['associate', 'to', (id) => ({ from: CONTACT, to: { objectType: 'DEAL', id } })],
    ['dissociate', 'from', (id) => ({ from: { objectType: 'CONTACT', id }, to: DEAL, labels: ['Decision maker'] })],
    ['dissociate', 'to', (id) => ({ from: CONTACT, to: { objectType: 'DEAL', id } })],
  ];

  it.each(PLACES)('B49: %s takes no malformed id for %s', async (mutation, argument, inputWith) => {
    for (const id of BAD_IDS) {
      expect([id, await refusal(mutation, inputWith(id))]).toEqual([id, { code: 'BAD_USER_INPUT', argument }]);
    }
  });

  it.each(PLACES)(
    'B49: %s takes no number for %s of which JSON lost digits',
    async (mutation, _argument, inputWith) => {
      // What is left of 9007199254740993 is the id of another record.
      for (const id of [2 ** 53 + 1, -(2 ** 53), 1e21]) {
        expect(await refusal(mutation, inputWith(id))).toEqual({ code: 'BAD_USER_INPUT' });
      }
    },
  );

  it.each(PLACES)(
    'B46: %s takes nothing but a text or a whole number for %s',
    async (mutation, _argument, inputWith) => {
      for (const id of [true, 1.5, [], ['1', '2'], {}, { id: '1' }]) {
        expect(await refusal(mutation, inputWith(id))).toEqual({ code: 'BAD_USER_INPUT' });
      }
    },
  );

  it.each(PLACES)(
    'B50: %s finds nothing by an id of another portal or type for %s',
    async (mutation, _argument, inputWith) => {
      for (const id of [
        'Contact:7654321:100001',
        'Deal:7654321:300001',
        'Company:7654321:200001',
        'Owner:7654321:41',
      ]) {
        const { data, errors } = await write(mutation, inputWith(id));
        expect(errors).toBeUndefined();
        expect(data).toMatchObject({
          x: { userErrors: [{ code: 'NOT_FOUND', path: expect.arrayContaining(['input']) }] },
        });
      }
      const wrongType = inputWith('Installation:1234567:1');
      expect(await refusal(mutation, wrongType)).toMatchObject({ code: 'BAD_USER_INPUT' });
    },
  );

  it('B50: the installation of another tenant is one that never was', async () => {
    const other = { sub: 'bob', tenant: 'globex', scope: 'hubspot:read hubspot:write hubspot:connect' };
    const installationId = await stack.connect({}, other);
    stack.simulator.log.clear();
    for (const id of [installationId, `${installationId}=`, 'Installation:x', '', '1', 'x'.repeat(900_000)]) {
      for (const [mutation, input] of [
        ['updateContact', { id: '100001', city: 'A' }],
        ['archiveDeal', { id: '300001' }],
        ['upsertContact', { idValue: 'a@b.example' }],
        ['createCompany', { name: 'A' }],
        ['associate', { from: CONTACT, to: DEAL }],
      ] as const) {
        expect(await refusal(mutation, { ...input, installationId: id })).toEqual({ code: 'NOT_FOUND' });
      }
    }
  });
});

describe('inputs', () => {
  it.each<[string, string, unknown]>([
    ['nothing', 'createContact', undefined],
    ['null', 'createContact', null],
    ['a text', 'createContact', 'email'],
    ['a list of two', 'archiveDeal', [{ id: '1' }, { id: '2' }]],
    ['a number', 'archiveContact', 1],
    ['an unknown field', 'createContact', { ssn: '1' }],
    ['a field that only reads', 'updateContact', { id: '100001', createdAt: '2026-01-01T00:00:00Z' }],
    ['a number for a text', 'createContact', { email: 5 }],
    ['an object for a text', 'updateContact', { id: '100001', city: { $ne: '' } }],
    ['a list for a text', 'updateContact', { id: '100001', city: ['a', 'b'] }],
    ['a property without a name', 'createContact', { properties: [{ value: '1' }] }],
    ['a property whose value is a number', 'createContact', { properties: [{ name: 'fax', value: 1 }] }],
    ['null for a property', 'createContact', { properties: [null] }],
    [
      'an unknown type of record',
      'associate',
      { from: { objectType: 'TICKET', id: '1' }, to: { objectType: 'DEAL', id: '1' } },
    ],
    ['a record without an id', 'createContact', { associations: [{ objectType: 'DEAL' }] }],
    ['no unique value', 'upsertContact', { city: 'A' }],
    ['null for the unique value', 'upsertContact', { idValue: null }],
    ['no unique property', 'upsertDeal', { idValue: 'A' }],
    [
      'null for a label',
      'associate',
      { from: { objectType: 'DEAL', id: '1' }, to: { objectType: 'DEAL', id: '2' }, labels: [null] },
    ],
    ['more values than are read', 'createContact', { properties: new Array(20_000).fill({ name: 'fax', value: '1' }) }],
  ])('B46: %s is no input', async (_name, mutation, input) => {
    expect(await refusal(mutation, input)).toEqual({ code: 'BAD_USER_INPUT' });
  });

  it('B56: there are no keys that make two writes one, and none that anybody could reuse', async () => {
    const query = 'mutation { createContact(input: { firstName: "Twice" }) { contact { id } } }';
    for (const key of ['k1', 'k1', 'x'.repeat(4_000)]) {
      const { answer } = await stack.send(query, {}, undefined, { 'idempotency-key': key });
      expect(answer.errors).toBeUndefined();
    }
    expect(calls()).toHaveLength(3);
    stack.simulator.log.clear();
    expect(await refusal('createContact', { idempotencyKey: 'k1' })).toEqual({ code: 'BAD_USER_INPUT' });
  });
});

describe('names of properties', () => {
  const BAD_NAMES = [
    ...['', '../', '%2e', 'a&b=c', 'a\r\nX: y', 'a b', 'a.b', 'a,b', 'A', 'firstName', 'é', 'ｃity', 'сity', 'a\u0000'],
    ...['\ud800', 'x'.repeat(101), 'x'.repeat(10_000), 'x'.repeat(900_000), 'hasOwnProperty', 'toString', `\${a}`],
  ];
  const input = { Contact: { email: 'a@b.example' }, Deal: { name: 'A' }, Company: { name: 'A' } };

  it.each(TYPES)('B48: none of a %s that HubSpot could not have given', async (type) => {
    for (const name of BAD_NAMES) {
      const properties = [
        { name: 'hs_object_id', value: '1' },
        { name, value: '1' },
      ];
      for (const [mutation, rest] of [
        [`create${type}`, input[type]],
        [`update${type}`, { id: '1' }],
        [`upsert${type}`, { idProperty: 'email', idValue: 'a@b.example' }],
      ] as const) {
        const refused = await refusal(mutation, { ...rest, properties });
        expect([name, refused]).toEqual([name, { code: 'BAD_USER_INPUT', argument: 'properties' }]);
      }
      expect(await refusal(`upsert${type}`, { idProperty: name, idValue: '1' })).toEqual({
        code: 'BAD_USER_INPUT',
        argument: 'idProperty',
      });
    }
  });

  it.each(TYPES)('B48: none of a %s twice, and no more than a hundred', async (type) => {
    const twice = [
      { name: 'city', value: '1' },
      { name: 'city', value: null },
    ];
    const many = Array.from({ length: 101 }, (_, index) => ({ name: `p${index}`, value: '1' }));
    for (const properties of [twice, many, [{ name: 'city' }]]) {
      expect(await refusal(`create${type}`, { properties })).toEqual({
        code: 'BAD_USER_INPUT',
        argument: 'properties',
      });
      expect(await refusal(`update${type}`, { id: '1', properties })).toEqual({
        code: 'BAD_USER_INPUT',
        argument: 'properties',
      });
    }
  });

  it.each(TYPES)('B48: none that the payload of a %s is to show', async (type) => {
    for (const name of BAD_NAMES) {
      for (const mutation of ['create', 'update', 'upsert']) {
        const target = { create: {}, update: { id: '300001' }, upsert: { idProperty: 'email', idValue: '1' } }[
          mutation
        ];
        const query = `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}${type}Input!, $name: String!) {
          x: ${mutation}${type}(input: $input) { ${type.toLowerCase()} { property(name: $name) { raw } } }
        }`;
        const { errors } = await stack.query(query, { input: { ...target, ...input[type] }, name });
        expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'name' }]);
        expect(calls()).toEqual([]);
      }
    }
  });

  it.each(['__proto__', 'constructor', 'prototype'])('B47: %s is sent as a name like any other', async (name) => {
    const properties = [{ name, value: 'polluted' }];
    for (const [mutation, rest] of [
      ['createContact', { firstName: 'A' }],
      ['updateContact', { id: '100001', city: 'A' }],
      ['upsertContact', { idValue: 'proto@b.example' }],
    ] as const) {
      expect((await write(mutation, { ...rest, properties })).errors).toBeUndefined();
      expect(JSON.stringify(calls().at(-1)?.body)).toContain(`"${name}":"polluted"`);
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'B47: %s is no field of an input',
    async (name) => {
      const polluted = JSON.parse(`{"${name}":{"polluted":1},"id":"100001","city":"A"}`);
      expect(await refusal('updateContact', polluted)).toEqual({ code: 'BAD_USER_INPUT' });
      const below = JSON.parse(`{"properties":[{"name":"fax","value":"1","${name}":{"polluted":1}}]}`);
      expect(await refusal('createContact', below)).toEqual({ code: 'BAD_USER_INPUT' });
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    },
  );
});
