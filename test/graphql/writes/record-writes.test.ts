import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, Stack } from '../../helpers/stack.ts';

const ERRORS =
  'userErrors { __typename code path ... on ValidationError { property hubspotCode options } ... on ConflictError { taken: property existingId existingHubspotId } }';

let stack: Stack;
let installation: string;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  installation = await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** What one mutation field answers. */
async function write(field: string, viewer = ALICE) {
  const { data, errors } = await stack.query(`mutation { payload: ${field} }`, {}, viewer);
  if (errors) return errors.map(({ extensions }) => extensions);
  return (data as unknown as { payload: object }).payload;
}

/** What HubSpot was asked. */
function asked(): string[] {
  return stack.simulator.log
    .crm()
    .map(({ method, path, body }) =>
      `${method} ${path.replace('/2026-09', '').replace('/crm/', '')} ${JSON.stringify(body) ?? ''}`.trim(),
    );
}

const stored = (type: 'contacts' | 'deals' | 'companies', id: string, property: string) =>
  stack.simulator.portals[0]?.record(type, id)?.properties.get(property);

describe('creating', () => {
  it('answers with what HubSpot returned, in one call', async () => {
    expect(
      await write(
        'createContact(input: { email: "Ada@One.example", firstName: "Ada", properties: [{ name: "fax", value: "1" }] }) { contact { email firstName } created userErrors { code } }',
      ),
    ).toEqual({ contact: { email: 'ada@one.example', firstName: 'Ada' }, created: true, userErrors: [] });
    expect(asked()).toHaveLength(1);
    expect(stack.simulator.log.crm()[0]?.body).toEqual({
      properties: { email: 'Ada@One.example', firstname: 'Ada', fax: '1' },
    });
  });

  it.each([
    [
      'deals',
      'createDeal(input: { name: "D", amount: "12345678901234.56", stageId: "appointmentscheduled" }) { deal { name amount } created }',
      { deal: { name: 'D', amount: '12345678901234.56' }, created: true },
    ],
    [
      'companies',
      'createCompany(input: { name: "C", domain: "c.example" }) { company { name domain } created }',
      { company: { name: 'C', domain: 'c.example' }, created: true },
    ],
  ])('takes %s', async (_type, field, payload) => {
    expect(await write(field)).toEqual(payload);
    expect(asked()).toHaveLength(1);
  });

  it('reports all errors of HubSpot about the values, each at its path', async () => {
    expect(
      await write(
        `createContact(input: { email: "x", leadStatus: "NOPE", properties: [{ name: "shoe", value: "1" }] }) { contact { id } created ${ERRORS} }`,
      ),
    ).toEqual({
      contact: null,
      created: null,
      userErrors: [
        validation(['input', 'email'], 'email', 'INVALID_EMAIL'),
        {
          ...validation(['input', 'leadStatus'], 'hs_lead_status', 'INVALID_OPTION'),
          options: expect.arrayContaining(['NEW', 'OPEN']),
        },
        validation(['input', 'properties', '0'], 'shoe', 'PROPERTY_DOESNT_EXIST'),
      ],
    });
  });

  it('names the record that a conflict is with', async () => {
    await write('createContact(input: { email: "twice@one.example" }) { created }');
    const existing = stack.simulator.portals[0]?.recordBy('contacts', 'email', 'twice@one.example')?.id;
    expect(await write(`createContact(input: { email: "twice@one.example" }) { contact { id } ${ERRORS} }`)).toEqual({
      contact: null,
      userErrors: [
        {
          __typename: 'ConflictError',
          code: 'CONFLICT',
          path: ['input', 'email'],
          taken: 'email',
          existingId: `Contact:1234567:${existing}`,
          existingHubspotId: existing,
        },
      ],
    });
  });

  it('associates in the same call, and says which associated record is not there', async () => {
    const deal = (id: string) =>
      `createDeal(input: { name: "A", stageId: "appointmentscheduled", associations: [{ objectType: CONTACT, id: "${id}" }] }) { deal { name } ${ERRORS} }`;
    expect(await write(deal('100001'))).toMatchObject({ deal: { name: 'A' }, userErrors: [] });
    expect(asked()).toHaveLength(1);
    expect(await write(deal('1'))).toEqual({
      deal: null,
      userErrors: [{ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'associations', '0', 'id'] }],
    });
  });
});

describe('updating', () => {
  it('changes the properties of the input, clears null ones, and leaves the others', async () => {
    const city = stored('contacts', '100010', 'city');
    expect(
      await write(
        'updateContact(input: { id: "100010", firstName: null, jobTitle: "Boss" }) { contact { firstName jobTitle city } created }',
      ),
    ).toEqual({ contact: { firstName: null, jobTitle: 'Boss', city }, created: false });
    expect(stack.simulator.log.crm()[0]).toMatchObject({
      method: 'PATCH',
      body: { properties: { firstname: '', jobtitle: 'Boss' } },
    });
  });

  it('reads in one more call only what is missing in the answer of HubSpot', async () => {
    await write('updateContact(input: { id: "100010", jobTitle: "Boss" }) { contact { jobTitle phone } }');
    expect(asked()).toHaveLength(2);
    stack.simulator.log.clear();
    await write('updateContact(input: { id: "100010", jobTitle: "Boss" }) { contact { jobTitle } }');
    expect(asked()).toHaveLength(1);
  });

  it("says of an archived one, and of another portal's, that there is none", async () => {
    const none = {
      contact: null,
      userErrors: [{ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'id'] }],
    };
    expect(await write('archiveContact(input: { id: "100011" }) { archivedId }')).toEqual({
      archivedId: 'Contact:1234567:100011',
    });
    expect(await write(`updateContact(input: { id: "100011", city: "A" }) { contact { id } ${ERRORS} }`)).toEqual(none);
    stack.simulator.log.clear();
    expect(
      await write(`updateContact(input: { id: "Contact:7654321:100012", city: "A" }) { contact { id } ${ERRORS} }`),
    ).toEqual(none);
    expect(asked()).toEqual([]);
  });
});

describe('upserting', () => {
  it('creates once and changes afterwards', async () => {
    const upsert = (title: string) =>
      write(
        `upsertContact(input: { idValue: "up@one.example", jobTitle: "${title}" }) { contact { email jobTitle } created }`,
      );
    expect(await upsert('A')).toEqual({ contact: { email: 'up@one.example', jobTitle: 'A' }, created: true });
    expect(await upsert('B')).toEqual({ contact: { email: 'up@one.example', jobTitle: 'B' }, created: false });
  });
});

describe('one operation', () => {
  it('writes in its order, merges nothing, and sees what it wrote', async () => {
    const { data, errors } = await stack.query(`mutation {
      a: updateDeal(input: { id: "300020", name: "First" }) { deal { name } }
      b: updateDeal(input: { id: "300020", name: "First" }) { deal { name } }
      c: updateDeal(input: { id: "300020", name: "Second" }) { deal { name dealType } }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      a: { deal: { name: 'First' } },
      b: { deal: { name: 'First' } },
      c: { deal: { name: 'Second' } },
    });
    expect(asked().filter((call) => call.startsWith('PATCH'))).toHaveLength(3);
  });
});

describe('a mutation that the gateway refuses needs no call', () => {
  it.each([
    ['an id that is none', 'updateContact(input: { id: "1e3", city: "A" }) { created }', 'BAD_USER_INPUT'],
    ['nothing to write', 'updateContact(input: { id: "100001" }) { created }', 'BAD_USER_INPUT'],
    [
      'a name that none can have',
      'updateContact(input: { id: "100001", properties: [{ name: "../x", value: "1" }] }) { created }',
      'BAD_USER_INPUT',
    ],
    [
      'a property twice',
      'updateContact(input: { id: "100001", city: "A", properties: [{ name: "city", value: "B" }] }) { created }',
      'BAD_USER_INPUT',
    ],
    ['an empty unique value', 'upsertContact(input: { idValue: " " }) { created }', 'BAD_USER_INPUT'],
    [
      'an installation that is not there',
      'updateContact(input: { installationId: "Installation:x", id: "100001", city: "A" }) { created }',
      'NOT_FOUND',
    ],
  ])('%s', async (_title, field, code) => {
    expect(await write(field)).toEqual([expect.objectContaining({ code })]);
    expect(asked()).toEqual([]);
  });

  it('a viewer without the write permission', async () => {
    const reader = { ...ALICE, scope: 'hubspot:read' };
    expect(await write('updateContact(input: { id: "100001", city: "A" }) { created }', reader)).toEqual([
      { code: 'FORBIDDEN', requiredPermission: 'hubspot:write' },
    ]);
    expect(asked()).toEqual([]);
  });

  it('a portal without the write scope, with the remedy', async () => {
    const viewer = { ...ALICE, tenant: 'reads-only' };
    const id = await stack.connect({ optionalScopes: [] }, viewer, {});
    stack.simulator.log.clear();
    expect(await write('updateContact(input: { id: "100001", city: "A" }) { created }', viewer)).toEqual([
      expect.objectContaining({
        code: 'MISSING_SCOPES',
        installationId: id,
        coordinate: 'Mutation.updateContact',
        missingScopes: ['crm.objects.contacts.write'],
      }),
    ]);
    expect(asked()).toEqual([]);
  });
});

describe('a write is never repeated on a guess', () => {
  it.each([
    ['the connection ends after HubSpot did it', { kind: 'reset', at: 'after-headers', processed: true }],
    ['HubSpot fails after it did it', { kind: 'answer', status: 502, processed: true }],
  ] as const)('when %s', async (_title, fault) => {
    const rule = stack.simulator.faults.add({ match: '^POST /crm/objects/2026-09/contacts$', fault });
    const [extensions] = (await write('createContact(input: { firstName: "Once" }) { created }')) as { code: string }[];
    rule.remove();
    expect(extensions?.code).toMatch(/^HUBSPOT_(UNAVAILABLE|TIMEOUT|BAD_RESPONSE)$/);
    expect(rule.hits).toBe(1);
  });
});

it('stays with the installation that is named', async () => {
  expect(
    await write(
      `updateContact(input: { installationId: "${installation}", id: "100001", city: "Here" }) { contact { city } }`,
    ),
  ).toEqual({ contact: { city: 'Here' } });
});

function validation(path: readonly string[], property: string, hubspotCode: string) {
  return { __typename: 'ValidationError', code: 'VALIDATION_FAILED', path, property, hubspotCode, options: null };
}
