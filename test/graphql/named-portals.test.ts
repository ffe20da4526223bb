import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, type Answer, SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const [FIRST, SECOND, THIRD] = [SMALL_PORTAL.hubId, 7_654_321, 9_999_999];
const PORTALS = [FIRST, SECOND].map((hubId) => ({ ...SMALL_PORTAL, hubId, domain: `p${hubId}.example`, user: 'a' }));

/** Stands for the id of an owner of the second portal. */
const OWNER = 'AN_OWNER';

let stack: Stack;
let first: string;
beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: PORTALS } });
  const scopes = stack.config.hubspot.optionalScopes;
  const connect = (hubId: number) =>
    stack.connect({ optionalScopes: scopes }, ALICE, { granted: scopes, portal: String(hubId) });
  first = await connect(FIRST);
  await connect(SECOND);
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

/** Of Alice, unless it is somebody else. */
function ask(query: string, variables: object = {}, viewer = ALICE): Promise<Answer> {
  const owner = stack.simulator.portals[1]?.owners[0]?.id ?? '';
  return stack.query(query.replaceAll(OWNER, owner), variables, viewer);
}

const portalsAsked = () => [...new Set(stack.simulator.log.crm().map(({ hubId }) => hubId))];
const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => [extensions?.code, extensions?.argument]);
const pair = (hubId: number) =>
  `from: { objectType: CONTACT, id: "Contact:${hubId}:100001" }, to: { objectType: DEAL, id: "300001" }`;

const READS = [
  ['contact', (hubId: number) => `contact(id: "Contact:${hubId}:100001") { id }`],
  ['deal', (hubId: number) => `deal(id: "Deal:${hubId}:300001") { id }`],
  ['company', (hubId: number) => `company(id: "Company:${hubId}:200001") { id }`],
  ['owner', (hubId: number) => `owner(id: "Owner:${hubId}:${OWNER}") { id }`],
] as const;

const WRITES = [
  ['updateContact', (hubId: number) => `updateContact(input: { id: "Contact:${hubId}:100001", city: "X" })`],
  ['updateDeal', (hubId: number) => `updateDeal(input: { id: "Deal:${hubId}:300001", name: "X" })`],
  ['archiveCompany', (hubId: number) => `archiveCompany(input: { id: "Company:${hubId}:200009" })`],
  ['associate', (hubId: number) => `associate(input: { ${pair(hubId)} })`],
  ['dissociate', (hubId: number) => `dissociate(input: { ${pair(hubId)} })`],
  [
    'createContact with a associated record',
    (hubId: number) =>
      `createContact(input: { firstName: "N", associations: [{ objectType: DEAL, id: "Deal:${hubId}:300001" }] })`,
  ],
  [
    'createDeal with an owner',
    (hubId: number) => `createDeal(input: { name: "N", ownerId: "Owner:${hubId}:${OWNER}", stageId: "closedwon" })`,
  ],
  [
    'upsertContact with an owner',
    (hubId: number) => `upsertContact(input: { idValue: "o@o.example", ownerId: "Owner:${hubId}:${OWNER}" })`,
  ],
] as const;

const BATCHES = [
  [
    'updateContacts',
    (hubId: number) =>
      `updateContacts(inputs: [{ id: "100002", city: "X" }, { id: "Contact:${hubId}:100001", city: "X" }])`,
  ],
  [
    'createDeals with an owner',
    (hubId: number) =>
      `createDeals(inputs: [{ name: "N", stageId: "closedwon" }, { name: "N", ownerId: "Owner:${hubId}:${OWNER}", stageId: "closedwon" }])`,
  ],
  [
    'upsertContacts with an owner',
    (hubId: number) =>
      `upsertContacts(inputs: [{ idValue: "p@o.example", ownerId: "Owner:${hubId}:${OWNER}" }, { idValue: "q@o.example" }])`,
  ],
  ['archiveCompanies', (hubId: number) => `archiveCompanies(ids: ["200008", "Company:${hubId}:200009"])`],
] as const;

describe('a global id names its portal, of two that are connected', () => {
  it.each(READS)('%s', async (_name, field) => {
    const { data, errors } = await ask(`{ found: ${field(SECOND)} }`);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toContain(`:${SECOND}:`);
    expect(portalsAsked()).toEqual([SECOND]);
  });

  it.each(WRITES)('%s', async (_name, field) => {
    const { data, errors } = await ask(`mutation { done: ${field(SECOND)} { userErrors { code } } }`);
    expect({ data, errors }).toEqual({ data: { done: { userErrors: [] } } });
    expect(portalsAsked()).toEqual([SECOND]);
  });

  it.each(BATCHES)('%s', async (_name, field) => {
    const { data, errors } = await ask(`mutation { done: ${field(SECOND)} { results { outcome } } }`);
    expect({ data, errors }).toEqual({ data: { done: { results: [{ outcome: 'WRITTEN' }, { outcome: 'WRITTEN' }] } } });
    expect(portalsAsked()).toEqual([SECOND]);
  });

  it.each([
    ['associatedWith', `contacts(filter: { associatedWith: { objectType: DEAL, id: "Deal:${SECOND}:300001" } })`],
    ['an owner', `deals(filter: { or: [{ ownerId: { in: ["Owner:${SECOND}:${OWNER}", "42"] } }] })`],
  ])('a filter: %s', async (_name, field) => {
    const { data, errors } = await ask(`{ found: ${field} { nodes { id } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ found: { nodes: expect.any(Array) } });
    expect(portalsAsked()).toEqual([SECOND]);
  });

  it.each(['contacts', 'deals', 'companies', 'owners'])('a cursor of %s', async (list) => {
    const page = await ask(`{ installations { hubId ${list}(first: 1) { pageInfo { endCursor } } } }`);
    const { installations } = page.data as unknown as {
      installations: { hubId: string; [list: string]: unknown }[];
    };
    const second = installations.find(({ hubId }) => hubId === String(SECOND))?.[list];
    const after = (second as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
    const next = await ask(`query ($after: String) { ${list}(first: 1, after: $after) { nodes { id } } }`, {
      after,
    });
    expect(next.errors).toBeUndefined();
    expect(JSON.stringify(next.data)).toContain(`:${SECOND}:`);
  });
});

describe('an id of a portal that this tenant does not have answers as one that is missing', () => {
  it.each(READS)('%s', async (_name, field) => {
    expect(await ask(`{ found: ${field(THIRD)} }`)).toEqual({ data: { found: null } });
    expect(portalsAsked()).toEqual([]);
  });

  it.each(WRITES)('%s', async (_name, field) => {
    const { data, errors } = await ask(`mutation { done: ${field(THIRD)} { userErrors { code } } }`);
    expect({ data, errors }).toEqual({ data: { done: { userErrors: [{ code: 'NOT_FOUND' }] } } });
    expect(portalsAsked()).toEqual([]);
  });

  it.each(BATCHES)('%s', async (_name, field) => {
    const { data, errors } = await ask(
      `mutation { done: ${field(THIRD)} { results { outcome userErrors { code } } } }`,
    );
    const result = { outcome: 'NOT_WRITTEN', userErrors: [{ code: 'NOT_FOUND' }] };
    expect({ data, errors }).toEqual({ data: { done: { results: [result, result] } } });
    expect(portalsAsked()).toEqual([]);
  });

  it('also below the payload, where the record would be', async () => {
    const answer = await ask(
      `mutation { updateContact(input: { id: "Contact:${THIRD}:1", city: "X" }) { contact { id } created userErrors { path } } }`,
    );
    expect(answer).toEqual({
      data: { updateContact: { contact: null, created: null, userErrors: [{ path: ['input', 'id'] }] } },
    });
  });
});

describe('ids of several portals in one field are refused', () => {
  it.each([
    [
      'id',
      `updateContacts(inputs: [{ id: "Contact:${FIRST}:100001", city: "X" }, { id: "Contact:${SECOND}:100001", city: "X" }])`,
    ],
    ['id', `updateContacts(installationId: "INSTALLATION", inputs: { id: "Contact:${SECOND}:100001", city: "X" })`],
    ['ids', `archiveContacts(ids: ["Contact:${FIRST}:100001", "Contact:${SECOND}:100001"])`],
    ['id', `updateContact(input: { installationId: "INSTALLATION", id: "Contact:${SECOND}:100001", city: "X" })`],
    [
      'associations',
      `createDeal(input: { name: "N", ownerId: "Owner:${FIRST}:${OWNER}", associations: [{ objectType: CONTACT, id: "Contact:${SECOND}:100001" }] })`,
    ],
    ['ownerId', `updateDeal(input: { id: "Deal:${FIRST}:300001", ownerId: "Owner:${SECOND}:${OWNER}" })`],
    [
      'to',
      `associate(input: { from: { objectType: CONTACT, id: "Contact:${FIRST}:100001" }, to: { objectType: DEAL, id: "Deal:${SECOND}:300001" } })`,
    ],
    [
      'from',
      `dissociate(input: { installationId: "INSTALLATION", from: { objectType: CONTACT, id: "Contact:${THIRD}:100001" }, to: { objectType: DEAL, id: "1" } })`,
    ],
    ['id', `archiveContact(input: { installationId: "INSTALLATION", id: "Contact:${SECOND}:100001" })`],
  ])('%s', async (argument, field) => {
    const answer = await ask(`mutation { done: ${field.replace('INSTALLATION', first)} { __typename } }`);
    expect(codes(answer)).toEqual([['BAD_USER_INPUT', argument]]);
    expect(answer.errors?.[0]?.message).toContain('another portal');
    expect(portalsAsked()).toEqual([]);
  });

  it('in a filter', async () => {
    const answer = await ask(
      `{ deals(filter: { ownerId: { in: ["Owner:${FIRST}:${OWNER}", "Owner:${SECOND}:${OWNER}"] } }) { totalCount } }`,
    );
    expect(codes(answer)).toEqual([['BAD_USER_INPUT', 'filter']]);
  });
});

describe('arguments are refused before any installation is looked for', () => {
  const REFUSED = [
    ['query', 'id', 'contact(id: "x") { id }'],
    ['query', 'id', 'owner(id: "x") { id }'],
    ['query', 'email', 'contactByEmail(email: " ") { id }'],
    ['query', 'first', 'contacts(first: 0) { totalCount }'],
    ['query', 'after', 'deals(after: "x") { totalCount }'],
    ['query', 'first', 'owners(first: 501) { totalCount }'],
    ['query', 'filter', 'contacts(filter: { email: { eq: "" } }) { totalCount }'],
    ['query', 'filter', 'contacts(filter: { associatedWith: { objectType: DEAL, id: "x" } }) { totalCount }'],
    ['query', 'archived', 'contacts(query: "a", archived: true) { totalCount }'],
    ['mutation', 'id', 'updateContact(input: { id: "x", city: "X" }) { created }'],
    ['mutation', 'input', 'updateContact(input: { id: "1" }) { created }'],
    ['mutation', 'ownerId', 'createDeal(input: { ownerId: "x" }) { created }'],
    ['mutation', 'associations', 'createDeal(input: { associations: [{ objectType: DEAL, id: "x" }] }) { created }'],
    ['mutation', 'idValue', 'upsertContact(input: { idValue: " " }) { created }'],
    ['mutation', 'id', 'archiveDeal(input: { id: "x" }) { archivedId }'],
    [
      'mutation',
      'to',
      'associate(input: { from: { objectType: DEAL, id: "1" }, to: { objectType: DEAL, id: "x" } }) { toId }',
    ],
  ] as const;

  it.each(REFUSED)('%s: %s of %s', async (operation, argument, field) => {
    const nobody = { ...ALICE, tenant: 'globex' };
    for (const viewer of [ALICE, nobody]) {
      expect(codes(await ask(`${operation} { ${field} }`, {}, viewer))).toEqual([['BAD_USER_INPUT', argument]]);
    }
  });

  it('and a valid one reads the installation', async () => {
    expect(codes(await ask('{ contact(id: "1") { id } }'))).toEqual([['INSTALLATION_AMBIGUOUS', undefined]]);
    const nobody = { ...ALICE, tenant: 'globex' };
    const answer = await ask(`{ contact(id: "Contact:${FIRST}:100001") { id } }`, {}, nobody);
    expect(codes(answer)).toEqual([['NOT_CONNECTED', undefined]]);
  });
});
