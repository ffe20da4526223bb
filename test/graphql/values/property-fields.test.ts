import type { CustomProperty } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

const OPTIONS = ['gold', 'silver', 'bronze'].map((value, displayOrder) => ({
  ...{ value, label: `${value.slice(0, 1).toUpperCase()}${value.slice(1)} member` },
  ...{ description: '', displayOrder, hidden: false },
}));

const OWN: readonly CustomProperty[] = [
  { name: 'p_text', label: 'A text', type: 'string', fieldType: 'textarea' },
  { name: 'p_number', label: 'A number', type: 'number', fieldType: 'number' },
  { name: 'p_bool', label: 'A truth', type: 'bool', fieldType: 'booleancheckbox' },
  { name: 'p_date', label: 'A day', type: 'date', fieldType: 'date' },
  { name: 'p_datetime', label: 'A moment', type: 'datetime', fieldType: 'date' },
  { name: 'p_choice', label: 'One level', type: 'enumeration', fieldType: 'select', options: OPTIONS },
  { name: 'p_choices', label: 'Levels', type: 'enumeration', fieldType: 'checkbox', options: OPTIONS },
  { name: 'p_phone', label: 'A telephone', type: 'phone_number', fieldType: 'phonenumber' },
  { name: 'p_json', label: 'Something else', type: 'json', fieldType: 'text' },
];
const VALUE = 'name label type raw string number boolean date dateTime option { value label } options { value label }';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  for (const property of OWN) stack.simulator.portals[0]?.defineProperty('contacts', property);
  await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => {
  // What was cached is read again.
  stack.clock.advance(31 * 60 * 1000);
  stack.simulator.log.clear();
});

function create(properties: Readonly<Record<string, string>>): string {
  return stack.simulator.portals[0]?.create('contacts', properties).id ?? '';
}

async function contact(id: string, selection: string, variables = {}, declared = ''): Promise<Record<string, unknown>> {
  const { data, errors } = await stack.query(`query ($id: ID! ${declared}) { contact(id: $id) { ${selection} } }`, {
    ...{ id, ...variables },
  });
  expect(errors).toBeUndefined();
  return (data as unknown as { contact: Record<string, unknown> }).contact;
}

/** What HubSpot was asked: the call, and the properties that it named. */
function asked(): string[] {
  return stack.simulator.log.crm().map(({ path, query, body }) => {
    const named = (body as { properties?: string[] } | undefined)?.properties?.join() ?? '';
    const [, call = ''] = /^\/crm\/(.*)$/.exec(path.replace('/2026-09', '')) ?? [];
    return [call, named, query.properties, query.dataSensitivity].filter(Boolean).join(' ');
  });
}

const READ = 'objects/contacts/batch/read';
const DEFINITIONS = 'properties/contacts';
/** In alphabetical order: the sensitive ones are asked for at the same time. */
const ALL_DEFINITIONS = [DEFINITIONS, `${DEFINITIONS} highly_sensitive`, `${DEFINITIONS} sensitive`];

describe('a property', () => {
  it("has its value in the shape of the portal's own definition", async () => {
    const id = create({
      ...{ p_text: 'a;b', p_number: '12345678901234.56', p_bool: 'false', p_date: '2026-02-28' },
      ...{
        p_datetime: '2026-11-23T09:00:00Z',
        p_choice: 'gold',
        p_choices: 'bronze;gold',
        p_phone: '+49 30 1',
        p_json: '{}',
      },
    });
    const names = OWN.map(({ name }) => name);
    const { properties } = await contact(id, `properties(names: $names) { ${VALUE} }`, { names }, '$names: [String!]!');
    const gold = { value: 'gold', label: 'Gold member' };
    const bronze = { value: 'bronze', label: 'Bronze member' };
    const rest = { string: null, number: null, boolean: null, date: null, dateTime: null, option: null, options: null };
    expect(properties).toEqual([
      { ...rest, name: 'p_text', label: 'A text', type: 'STRING', raw: 'a;b', string: 'a;b' },
      {
        ...{ ...rest, name: 'p_number', label: 'A number', type: 'NUMBER' },
        ...{ raw: '12345678901234.56', number: '12345678901234.56' },
      },
      { ...rest, name: 'p_bool', label: 'A truth', type: 'BOOLEAN', raw: 'false', boolean: false },
      { ...rest, name: 'p_date', label: 'A day', type: 'DATE', raw: '2026-02-28', date: '2026-02-28' },
      {
        ...{ ...rest, name: 'p_datetime', label: 'A moment', type: 'DATETIME' },
        ...{ raw: '2026-11-23T09:00:00Z', dateTime: '2026-11-23T09:00:00.000Z' },
      },
      { ...rest, name: 'p_choice', label: 'One level', type: 'ENUMERATION', raw: 'gold', option: gold },
      { ...rest, name: 'p_choices', label: 'Levels', type: 'ENUMERATION', raw: 'bronze;gold', options: [bronze, gold] },
      { ...rest, name: 'p_phone', label: 'A telephone', type: 'PHONE_NUMBER', raw: '+49 30 1', string: '+49 30 1' },
      { ...rest, name: 'p_json', label: 'Something else', type: 'OTHER', raw: '{}' },
    ]);
  });

  it.each(['12345678901234.56', '0.1', '-0.10', '1e3'])('keeps the number %s digit for digit', async (amount) => {
    const id = create({ p_number: amount });
    expect(await contact(id, 'property(name: "p_number") { number raw }')).toEqual({
      property: { number: amount, raw: amount },
    });
  });

  it.each([
    ['p_number', 'twelve'],
    ['p_bool', 'perhaps'],
    ['p_date', '2026-02-30'],
    ['p_datetime', 'soon'],
  ])('%s shows %j raw alone, as it does not fit', async (name, raw) => {
    const { property } = await contact(create({ [name]: raw }), `property(name: "${name}") { ${VALUE} }`);
    expect(property).toMatchObject({
      ...{
        name,
        raw,
        string: null,
        number: null,
        boolean: null,
        date: null,
        dateTime: null,
        option: null,
        options: null,
      },
    });
  });

  it('keeps a choice that its definition does not have, or no longer has', async () => {
    const id = create({ p_choice: 'platinum', p_choices: 'bronze;platinum', hubspot_owner_id: '41' });
    const names = ['p_choice', 'p_choices', 'hubspot_owner_id'];
    const fields = 'raw option { value label } options { value label }';
    const { properties } = await contact(
      id,
      `properties(names: $names) { ${fields} }`,
      { names },
      '$names: [String!]!',
    );
    const platinum = { value: 'platinum', label: null };
    expect(properties).toEqual([
      { raw: 'platinum', option: platinum, options: null },
      { raw: 'bronze;platinum', option: null, options: [{ value: 'bronze', label: 'Bronze member' }, platinum] },
      { raw: '41', option: { value: '41', label: null }, options: null },
    ]);
  });

  it('is there when it is empty, with null for its value', async () => {
    const { a, b } = await contact(
      create({ p_text: '' }),
      `a: property(name: "p_text") { ${VALUE} } b: property(name: "p_choices") { name label type raw options { label } }`,
    );
    expect(a).toMatchObject({ label: 'A text', type: 'STRING', raw: null, string: null });
    expect(b).toEqual({ name: 'p_choices', label: 'Levels', type: 'ENUMERATION', raw: null, options: null });
  });

  it('is null when the portal has none of that name, and left out of several', async () => {
    const names = ['nothing_of_the_kind', 'constructor', '__proto__', 'p_text', 'email', 'p_text'];
    const aliases = names.map((name, index) => `a${index}: property(name: "${name}") { name }`);
    const answer = await contact(
      create({ p_text: 'x', email: 'ada@one.example' }),
      `${aliases.join(' ')} properties(names: ${JSON.stringify(names)}) { name raw }`,
    );
    expect(answer).toEqual({
      ...{ a0: null, a1: null, a2: null, a3: { name: 'p_text' }, a4: { name: 'email' }, a5: { name: 'p_text' } },
      properties: [
        { name: 'p_text', raw: 'x' },
        { name: 'email', raw: 'ada@one.example' },
        { name: 'p_text', raw: 'x' },
      ],
    });
    expect(asked().toSorted()).toEqual([`${READ} email,p_text`, ...ALL_DEFINITIONS]);
  });

  it('is met through what all records share', async () => {
    const [portal] = stack.simulator.portals;
    const owner = portal?.owners[0];
    const [contacts, deals, companies] = (['contacts', 'deals', 'companies'] as const).map(
      (type) => portal?.create(type, { hubspot_owner_id: owner?.id ?? '' }).id ?? '',
    );
    const { data, errors } = await stack.query(
      `query ($contact: ID!, $deal: ID!, $company: ID!) {
        contact: node(id: $contact) { ...Any }
        deal: node(id: $deal) { ...Any }
        company: node(id: $company) { ...Any ... on Company { name } }
      }
      fragment Any on CrmRecord { hubspotId archived owner { email } property(name: "hs_object_id") { label number } }`,
      {
        contact: `Contact:1234567:${contacts}`,
        deal: `Deal:1234567:${deals}`,
        company: `Company:1234567:${companies}`,
      },
    );
    expect(errors).toBeUndefined();
    const any = { archived: false, owner: { email: owner?.email } };
    expect(data).toEqual({
      contact: { ...any, hubspotId: contacts, property: { label: 'Contact ID', number: contacts } },
      deal: { ...any, hubspotId: deals, property: { label: 'Record ID', number: deals } },
      company: { ...any, hubspotId: companies, name: null, property: { label: 'Record ID', number: companies } },
    });
    expect(
      asked()
        .filter((call) => call.startsWith('objects/'))
        .toSorted(),
    ).toEqual([
      'objects/companies/batch/read hs_object_id,hubspot_owner_id,name',
      'objects/contacts/batch/read hs_object_id,hubspot_owner_id',
      'objects/deals/batch/read hs_object_id,hubspot_owner_id',
    ]);
  });
});

describe('definitions cost', () => {
  const id = '100001';
  it.each([
    [
      'nothing, for the raw value of a property that the schema knows',
      'property(name: "phone") { name raw }',
      [`${READ} phone`],
    ],
    ['nothing, when such a property is not even named', 'phone', [`${READ} phone`]],
    ['one call, for its label', 'property(name: "phone") { label }', [`${READ} phone`, DEFINITIONS]],
    [
      "one call before the record, for a property of the portal's own",
      'a: property(name: "p_text") { raw } b: property(name: "p_bool") { boolean label }',
      [`${READ} p_bool,p_text`, DEFINITIONS],
    ],
    [
      'two calls more, when it may be a sensitive one, and the record is not asked for what is not there',
      'property(name: "p_text") { raw } properties(names: ["nope", "p_bool"]) { raw }',
      [`${READ} p_bool,p_text`, ...ALL_DEFINITIONS],
    ],
  ])('%s', async (_title, selection, calls) => {
    await contact(id, selection);
    expect(asked().toSorted()).toEqual(calls);
  });

  it('nothing once they are known', async () => {
    const selection = 'property(name: "p_text") { label type } properties(names: ["nope"]) { raw }';
    await contact(id, selection);
    stack.simulator.log.clear();
    await contact(id, selection);
    expect(asked()).toEqual([`${READ} p_text`]);
  });

  it('once for all rows of a list, and nothing for what a condition leaves out', async () => {
    const list =
      'contacts(first: 20) { nodes { a: property(name: "p_text") { label raw } b: property(name: "p_bool") @skip(if: true) { raw } } }';
    const { errors } = await stack.query(`{ ${list} }`);
    expect(errors).toBeUndefined();
    expect(asked()).toEqual([DEFINITIONS, 'objects/contacts p_text']);
  });

  it('what each value of the variables needs, of one document', async () => {
    const query =
      'query ($a: String!, $b: String! = "p_bool") { contacts(first: 1) { nodes { property(name: $a) { raw } properties(names: [$b, "city"]) { raw } } } }';
    const named = async (variables: object) => {
      expect((await stack.query(query, variables)).errors).toBeUndefined();
      return asked()
        .filter((call) => call.startsWith('objects/'))
        .at(-1);
    };
    expect(await named({ a: 'p_text' })).toBe('objects/contacts city,p_bool,p_text');
    expect(await named({ a: 'p_date', b: 'p_phone' })).toBe('objects/contacts city,p_date,p_phone');
    expect(await named({ a: 'p_text' })).toBe('objects/contacts city,p_bool,p_text');
  });
});

describe('when HubSpot answers with invalid definitions', () => {
  it("everything else is served, and the fields that need them say what's wrong", async () => {
    const fault = stack.simulator.faults.add({
      match: '^GET /crm/properties/',
      fault: { kind: 'rewrite', set: { results: 1 } },
    });
    const { data, errors } = await stack.query(
      '{ contact(id: "100001") { id known: property(name: "phone") { raw } own: property(name: "p_text") { raw } label: property(name: "phone") { label } } }',
    );
    fault.remove();
    expect(data).toEqual({
      contact: { id: 'Contact:1234567:100001', known: { raw: expect.any(String) }, own: null, label: null },
    });
    expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions?.code])).toEqual([
      ['own', 'HUBSPOT_BAD_RESPONSE'],
      ['label', 'HUBSPOT_BAD_RESPONSE'],
    ]);
  });
});
