import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import type { Installation } from '../../src/storage/installation.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import { openStores } from '../helpers/stores.ts';
import { codes, install, READ } from '../helpers/token-faults.ts';

const OTHER_PORTAL = {
  hubId: 7_654_321,
  domain: 'northgate.example',
  user: 'a@b.example',
  size: { contacts: 1, deals: 0, companies: 0 },
};
const OWNERS = 'crm.objects.owners.read';
const WITH_OWNER = '{ contacts(first: 1) { nodes { hubspotId owner { email } } } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
const UPDATE = 'mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { hubspotId } } }';

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start({ database: 'postgres', replicas: 2 });
});
afterEach(() => stack.stop());

/** Statements that the second replica sends for `work`. The clock stands still: none of them is its regular look. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  let sent = 0;
  const faults = stack.databaseFaults[1];
  const before = faults?.before;
  if (faults) {
    faults.before = (statement) => {
      if (!isSweep(statement)) sent += 1;
      before?.(statement);
    };
  }
  await work();
  if (faults && before) faults.before = before;
  return sent;
}

/** A replica looks for expired installs when it starts. */
function isSweep(statement: string): boolean {
  return statement.endsWith(' marketplace_installs');
}
const ask = (query: string, variables: object = {}) => stack.queryOn(1, query, variables);
const stores = () => openStores(stack.db.database, new TokenCipher(stack.config.encryptionKeys));

describe('what the first replica has changed, the second one knows before it says no', () => {
  it.each([
    ['CRM fields', READ, {}, (_id: string) => ({ contacts: { nodes: [{ hubspotId: '100001' }] } })],
    ['the only installation', '{ installation { id } }', {}, (id: string) => ({ installation: { id } })],
    ['the list of installations', '{ installations { id } }', {}, (id: string) => ({ installations: [{ id }] })],
    ['node', '{ node(id: "Contact:1234567:100001") { id } }', {}, () => ({ node: { id: 'Contact:1234567:100001' } })],
    [
      'a mutation',
      UPDATE,
      { input: { id: '100001', firstName: 'Ada' } },
      () => ({ updateContact: { contact: { hubspotId: '100001' } } }),
    ],
  ])('a portal that was connected: %s', async (_name, query, variables, expected) => {
    expect((await ask('{ installations { id } }')).data).toEqual({ installations: [] });
    const id = await stack.connect();
    expect(await ask(query, variables)).toEqual({ data: expected(id) });
  });

  it('an id that was unknown a moment ago, in a query and in a mutation', async () => {
    await ask(READ);
    const { id } = await install(stack);
    expect((await ask('query ($id: ID!) { installation(id: $id) { hubId } }', { id })).data).toEqual({
      installation: { hubId: '1234567' },
    });
    await ask(READ);
    expect((await ask(DISCONNECT, { id })).errors).toBeUndefined();
  });

  it('a portal that was connected again', async () => {
    const installation = await install(stack);
    const tokens = await stores().tokens.read(installation);
    await stores().installations.expire(installation, tokens?.version ?? 0, 'REVOKED');
    expect(codes(await ask(READ))).toEqual(['REAUTHORIZATION_REQUIRED']);
    await stack.connect();
    expect((await ask(READ)).errors).toBeUndefined();
    await stack.query(DISCONNECT, { id: installation.id });
    stack.clock.advance(300);
    await expect.poll(async () => codes(await ask(READ))).toEqual(['NOT_CONNECTED']);
    await stack.connect();
    expect((await ask('{ installation { status contacts(first: 1) { nodes { hubspotId } } } }')).data).toEqual({
      installation: { status: 'ACTIVE', contacts: { nodes: [{ hubspotId: '100001' }] } },
    });
  });

  it('which portal is the only one left', async () => {
    await stack.stop();
    stack = await Stack.start({ database: 'postgres', replicas: 2, simulator: { portals: [OTHER_PORTAL] } });
    const first = await install(stack);
    const other = await stores().installations.connect({ ...grantOf(first), hubId: 1 });
    expect(codes(await ask(READ))).toEqual(['INSTALLATION_AMBIGUOUS']);
    await stack.query(DISCONNECT, { id: other.id });
    expect((await ask(READ)).errors).toBeUndefined();
  });

  it('scopes that were granted in a step-up, for fields of records, of the installation, and for a dry run', async () => {
    const id = await stack.connect({ optionalScopes: [] });
    const refused = await ask(WITH_OWNER);
    expect(codes(refused)).toEqual(['MISSING_SCOPES']);
    await stack.connect({ installationId: id, scopes: [OWNERS], optionalScopes: [] });
    expect((await ask(WITH_OWNER)).errors).toBeUndefined();
    expect(codes(await ask('{ companies(first: 1) { nodes { hubspotId } } }'))).toEqual(['MISSING_SCOPES']);
    const companies = 'crm.objects.companies.read';
    await stack.connect({ installationId: id, scopes: [companies], optionalScopes: [] });
    const document = '{ companies { nodes { id } } }';
    const dryRun = 'query ($d: String!) { installation { access(document: $d) { allowed } grantedScopes } }';
    expect((await ask(dryRun, { d: document })).data).toEqual({
      installation: { access: { allowed: true }, grantedScopes: expect.arrayContaining([companies, OWNERS]) },
    });
  });

  it('scopes that depend on an argument, such as the type of a record in an id or of a associated record', async () => {
    const id = await stack.connect({ optionalScopes: [] });
    const owner = '{ node(id: "Owner:1234567:1") { id } }';
    expect(codes(await ask(owner))).toEqual(['MISSING_SCOPES']);
    await stack.connect({ installationId: id, scopes: [OWNERS], optionalScopes: [] });
    expect((await ask(owner)).errors).toBeUndefined();
  });
});

describe('statements', () => {
  it('none for an answer that is not a refusal', async () => {
    await install(stack);
    await ask(READ);
    const positive =
      '{ installation { id status contacts(first: 1) { nodes { id } } } contact(id: "100002") { email } }';
    expect(await statements(() => ask(positive))).toBe(0);
  });

  it('one for each refusal, and one at a time however many ask', async () => {
    await ask(READ);
    expect(await statements(() => ask(READ))).toBe(1);
    expect(
      await statements(() => ask('{ a: installation { id } b: contacts { nodes { id } } installations { id } }')),
    ).toBe(1);
    const tenants = Array.from({ length: 5 }, (_, index) => ({ ...ALICE, tenant: `tenant-${index}` }));
    const poll = () =>
      Promise.all(Array.from({ length: 200 }, (_, index) => stack.queryOn(1, READ, {}, tenants[index % 5])));
    await poll();
    const faults = stack.databaseFaults[1];
    let underWay = 0;
    let most = 0;
    if (faults) {
      faults.before = (statement) => {
        if (isSweep(statement)) return;
        underWay += 1;
        most = Math.max(most, underWay);
      };
      faults.after = async (statement) => {
        if (isSweep(statement)) return;
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
      };
    }
    expect(await statements(poll)).toBeLessThan(100);
    expect(most).toBe(1);
  });

  it('the refusal stands when the database is away, and the gateway does not wait for it again at once', async () => {
    expect(codes(await ask(READ))).toEqual(['NOT_CONNECTED']);
    let asked = 0;
    const faults = stack.databaseFaults[1];
    if (faults) {
      faults.before = (statement) => {
        if (!isSweep(statement)) asked += 1;
        throw new Error('the database is away');
      };
    }
    expect(codes(await ask(READ))).toEqual(['NOT_CONNECTED']);
    expect(codes(await ask(READ))).toEqual(['NOT_CONNECTED']);
    expect(asked).toBe(1);
  });
});

function grantOf({ tenantId, viewerId, hubDomain, installedBy, grantedScopes }: Installation) {
  const tokens = { accessToken: 'a', refreshToken: 'r', expiresInMs: 1e6, usableForMs: 1e6, refreshInMs: 1e6 };
  return { tenantId, viewerId, hubDomain, installedBy, userId: null, grantedScopes, tokens };
}
