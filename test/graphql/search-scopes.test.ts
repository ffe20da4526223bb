import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, Stack, type TestViewer } from '../helpers/stack.ts';

const CONTACTS = 'crm.objects.contacts.read';
const COMPANIES = 'crm.objects.companies.read';
const DEALS = 'crm.objects.deals.read';
const SENSITIVE = 'crm.objects.contacts.sensitive.read';
const HIGHLY = 'crm.objects.contacts.highly_sensitive.read';
const OPTIONAL = [CONTACTS, COMPANIES, DEALS, SENSITIVE, HIGHLY];

const ALL: TestViewer = { ...ALICE, tenant: 'all' };

let stack: Stack;
let installation: string;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: { app: { requiredScopes: ['oauth'], optionalScopes: OPTIONAL } },
    env: { HUBSPOT_SCOPES: 'oauth', HUBSPOT_OPTIONAL_SCOPES: OPTIONAL.join(' ') },
  });
  const [portal] = stack.simulator.portals;
  for (const dataSensitivity of ['sensitive', 'highly_sensitive'] as const) {
    const name = `${dataSensitivity}_note`;
    portal?.defineProperty('contacts', { name, type: 'string', fieldType: 'text', dataSensitivity });
  }
  portal?.create('contacts', { email: 'ada@one.example', sensitive_note: 'Nuts' });
  portal?.searchIndex.catchUp();
  installation = await stack.connect({ scopes: [CONTACTS], optionalScopes: [] }, undefined, { granted: [CONTACTS] });
  await stack.connect({ scopes: OPTIONAL, optionalScopes: [] }, ALL, { granted: OPTIONAL });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const searches = () => stack.simulator.log.crm().filter(({ path }) => path.endsWith('/search'));

function refused(path: string, coordinate: string, requiredScopes: string[][], missingScopes: string[]) {
  const scopes = [CONTACTS, 'oauth', ...missingScopes].sort();
  return {
    message: `${coordinate} needs scopes that this portal has not granted.`,
    path: path.split('.'),
    locations: expect.anything(),
    extensions: {
      code: 'MISSING_SCOPES',
      ...{ installationId: installation, coordinate, requiredScopes, missingScopes },
      remedy: { mutation: 'connectHubSpot', input: { installationId: installation, scopes } },
    },
  };
}

describe('a filter about associated records', () => {
  const near = (type: string) =>
    `filter: { or: [{ and: [{ associatedWith: { objectType: ${type}, id: "200001" } }] }] }`;

  it('needs the scope of both sides, before any call and for itself alone', async () => {
    const query = `{
      plain: contacts(query: "copper", first: 1) { totalCount }
      near: contacts(${near('COMPANY')}) { totalCount }
      again: contacts(${near('COMPANY')}) { totalCount }
      installation { contacts(${near('DEAL')}) { totalCount } }
    }`;
    const { data, errors } = await stack.query(query);
    expect(data).toEqual({ plain: { totalCount: 9 }, near: null, again: null, installation: { contacts: null } });
    expect(errors).toHaveLength(2);
    expect(errors).toContainEqual(refused('near', 'Query.contacts', [[CONTACTS, COMPANIES]], [COMPANIES]));
    const below = refused('installation.contacts', 'Installation.contacts', [[CONTACTS, DEALS]], [DEALS]);
    expect(errors).toContainEqual(below);
    expect(stack.simulator.log.crm()).toHaveLength(1);
    expect((await stack.query(query, {}, ALL)).errors).toBeUndefined();
  });

  it('is refused when it comes in a variable, too', async () => {
    const query = 'query ($filter: ContactFilter) { contacts(filter: $filter) { totalCount } }';
    const filter = { associatedWith: { objectType: 'COMPANY', id: '200001' } };
    const { errors } = await stack.query(query, { filter });
    expect(errors).toEqual([refused('contacts', 'Query.contacts', [[CONTACTS, COMPANIES]], [COMPANIES])]);
    expect(stack.simulator.log.crm()).toEqual([]);
  });

  it('is announced as far as the document names it', async () => {
    const document = `query ($id: ID!, $filter: ContactFilter) {
      contacts(filter: { and: [{ associatedWith: { objectType: COMPANY, id: $id } }], or: [{ city: { eq: "DEAL" } }] }) { totalCount }
      more: contacts(filter: $filter) { totalCount }
      same: contacts(${near('CONTACT')}) { totalCount }
    }`;
    const { data } = await stack.query(
      `query ($document: String!) {
        requiredScopes(document: $document) { scopes fields { coordinate anyOf } }
        installation { access(document: $document) { allowed refusedFields { coordinate requiredScopes missingScopes } } }
      }`,
      { document },
    );
    const requiredScopes = [[CONTACTS, COMPANIES]];
    expect(data).toEqual({
      requiredScopes: {
        scopes: [COMPANIES, CONTACTS],
        fields: [
          { coordinate: 'Query.contacts', anyOf: [[CONTACTS]] },
          { coordinate: 'Query.contacts', anyOf: requiredScopes },
        ],
      },
      installation: {
        access: {
          allowed: false,
          refusedFields: [{ coordinate: 'Query.contacts', requiredScopes, missingScopes: [COMPANIES] }],
        },
      },
    });
  });

  it('of the same type needs nothing more', async () => {
    const { errors } = await stack.query(`{ contacts(${near('CONTACT')}) { totalCount } }`);
    expect(errors).toBeUndefined();
    expect(searches()).toHaveLength(1);
  });
});

describe('a filter by a sensitive property', () => {
  const by = (name: string) =>
    `{ contacts(filter: { property: [{ name: "${name}", in: ["NUTS"] }] }) { nodes { email } } }`;

  it('needs the scope of its values, which the answer would reveal', async () => {
    const { data, errors } = await stack.query(by('sensitive_note'));
    expect(data).toEqual({ contacts: null });
    const either = [[SENSITIVE], [`${SENSITIVE}.v2`]];
    expect(errors).toEqual([refused('contacts', 'Query.contacts', either, [SENSITIVE])]);
    expect(searches()).toEqual([]);
    expect(await stack.query(by('sensitive_note'), {}, ALL)).toEqual({
      data: { contacts: { nodes: [{ email: 'ada@one.example' }] } },
    });
  });

  it('is refused where HubSpot searches none, and where there is none', async () => {
    for (const [name, viewer] of [
      ['highly_sensitive_note', ALICE],
      ['highly_sensitive_note', ALL],
      ['nothing_of_the_kind', ALL],
    ] as const) {
      const { errors } = await stack.query(by(name), {}, viewer);
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'filter' }]);
      expect(errors?.[0]?.message).toContain(name);
    }
    expect(searches()).toEqual([]);
  });
});
