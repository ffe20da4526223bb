import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person, Rights } from '../../src/simulator/people.ts';
import type { Portal } from '../../src/simulator/portal.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, type Answer, SMALL_PORTAL, Stack, type StackOptions, type TestViewer } from '../helpers/stack.ts';
import { openStores } from '../helpers/stores.ts';

const BOB: TestViewer = { ...ALICE, sub: 'bob' };
const CAROL: TestViewer = { ...ALICE, sub: 'carol' };
const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const CONTACTS = '{ contacts(first: 100) { nodes { id } } }';
const LIST = '{ installations { id hubId status isUserLevel isDefault installedBy } }';
const DISCONNECT =
  'mutation ($id: ID!, $u: Boolean) { disconnectInstallation(installationId: $id, uninstall: $u) { installation { status } } }';

let stack: Stack;
afterEach(() => stack.stop());

async function start(options: StackOptions = {}): Promise<void> {
  stack = await Stack.start({
    ...options,
    simulator: { app: { isUserLevel: true }, portals: [SMALL_PORTAL, OTHER_PORTAL], ...options.simulator },
  });
}

const portalOf = (index = 0) => stack.simulator.portals[index] as Portal; // The simulator has two.

/** A person of the portal who owns contacts, with these rights. */
function person(index: number, rights: Partial<Rights>, portal = portalOf()): Person {
  const owning = portal.people.filter((one) => ownedBy(one, portal).length > 0);
  const found = owning[index];
  if (!found) throw new TypeError('too few people own contacts');
  Object.assign(found.rights, rights);
  return found;
}

function ownedBy({ userId }: Person, portal = portalOf()): string[] {
  const owner = portal.owners.find((one) => one.userId === userId);
  const records = [...portal.records('contacts')];
  return records
    .filter(({ properties }) => owner && properties.get('hubspot_owner_id') === owner.id)
    .map(({ id }) => `Contact:${portal.hubId}:${id}`);
}

const allContacts = () => [...portalOf().records('contacts')].map(({ id }) => `Contact:${SMALL_PORTAL.hubId}:${id}`);

async function connectAs(viewer: TestViewer, { email }: Person, portal = portalOf()): Promise<string> {
  const scopes = stack.config.hubspot.optionalScopes;
  const fields = { person: email, portal: String(portal.hubId), granted: scopes };
  return stack.connect({ optionalScopes: scopes }, viewer, fields);
}

const idsOf = ({ data }: Answer) =>
  (data as unknown as { contacts: { nodes: { id: string }[] } }).contacts.nodes.map(({ id }) => id);
const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);
const listOf = async (viewer: TestViewer, replica = 0) =>
  ((await stack.queryOn(replica, LIST, {}, viewer)).data as unknown as { installations: Record<string, unknown>[] })
    .installations;

describe('two viewers of one tenant in one portal', () => {
  let [anna, ben]: Person[] = [];
  let ids: { readonly alice: string; readonly bob: string };
  beforeEach(async () => {
    await start();
    [anna, ben] = [person(0, { view: 'own' }), person(1, { view: 'all', editAssociations: false, edit: 'own' })];
    ids = { alice: await connectAs(ALICE, anna), bob: await connectAs(BOB, ben) };
  });

  it('have installations of their own, and see no other', async () => {
    expect(ids.alice).not.toBe(ids.bob);
    const facts = { hubId: String(SMALL_PORTAL.hubId), status: 'ACTIVE', isUserLevel: true, isDefault: true };
    expect(await listOf(ALICE)).toEqual([{ ...facts, id: ids.alice, installedBy: anna?.email }]);
    expect(await listOf(BOB)).toEqual([{ ...facts, id: ids.bob, installedBy: ben?.email }]);
    expect(await listOf(CAROL)).toEqual([]);
    const { data } = await stack.query('query ($id: ID!) { installation(id: $id) { id } node(id: $id) { id } }', {
      id: ids.bob,
    });
    expect(data).toEqual({ installation: null, node: null });
  });

  it('read what their own users of HubSpot may read', async () => {
    const [alice, bob] = await Promise.all([stack.query(CONTACTS), stack.query(CONTACTS, {}, BOB)]);
    expect(idsOf(alice)).toEqual(ownedBy(anna as Person));
    expect(idsOf(bob)).toEqual(allContacts().slice(0, 100));
    expect(idsOf(alice).length).toBeLessThan(idsOf(bob).length);
  });

  it('are refused what their own users of HubSpot may not do', async () => {
    const [own = ''] = ownedBy(anna as Person);
    const mutation =
      'mutation ($id: ID!) { updateContact(input: { id: $id, firstName: "A" }) { contact { firstName } } }';
    const [alice, bob] = [await stack.query(mutation, { id: own }), await stack.query(mutation, { id: own }, BOB)];
    expect(alice.errors).toBeUndefined();
    expect(codesOf(bob)).toEqual(['HUBSPOT_FORBIDDEN']);
    const associate = `mutation ($id: ID!) { associate(input: { from: { objectType: CONTACT, id: $id }, to: { objectType: DEAL, id: "300001" } }) { toId } }`;
    expect(codesOf(await stack.query(associate, { id: own }, BOB))).toEqual(['HUBSPOT_FORBIDDEN']);
  });

  it('a viewer without a connection is not connected, whatever others have', async () => {
    stack.simulator.log.clear();
    const remedy = { mutation: 'connectHubSpot', input: {} };
    for (const query of [CONTACTS, `{ node(id: "${allContacts()[0]}") { id } }`]) {
      const { errors } = await stack.query(query, {}, CAROL);
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_CONNECTED', remedy } }]);
    }
    expect(stack.simulator.log.all()).toEqual([]);
  });

  it('a global id of a portal that the viewer has not connected asks for a connection', async () => {
    await connectAs(CAROL, person(0, {}, portalOf(1)), portalOf(1));
    const answer = await stack.query(`{ node(id: "${allContacts()[0]}") { id } }`, {}, CAROL);
    expect(answer.errors).toMatchObject([
      { message: 'You have not connected this HubSpot portal.', extensions: { code: 'NOT_CONNECTED' } },
    ]);
    expect(codesOf(await stack.query('{ node(id: "Contact:99:1") { id } }', {}, CAROL))).toEqual(['NOT_CONNECTED']);
  });

  it.each(['refreshInstallation', 'disconnectInstallation', 'setDefaultInstallation'])(
    '%s finds no installation of another viewer, and changes nothing',
    async (mutation) => {
      const document = `mutation ($id: ID!) { ${mutation}(installationId: $id) { installation { id } } }`;
      expect(codesOf(await stack.query(document, { id: ids.bob }))).toEqual(['NOT_FOUND']);
      const reconnect = 'mutation ($id: ID!) { connectHubSpot(input: { installationId: $id }) { expiresAt } }';
      expect(codesOf(await stack.query(reconnect, { id: ids.bob }))).toEqual(['NOT_FOUND']);
      expect(await listOf(BOB)).toMatchObject([{ id: ids.bob, status: 'ACTIVE' }]);
    },
  );

  it('a disconnect ends one grant, and leaves the other', async () => {
    const { data } = await stack.settle(stack.query(DISCONNECT, { id: ids.alice }));
    expect(data).toEqual({ disconnectInstallation: { installation: { status: 'DISCONNECTED' } } });
    expect(codesOf(await stack.query(CONTACTS))).toEqual(['NOT_CONNECTED']);
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))).toHaveLength(100);
    await stack.settle(revocations(1));
    stack.clock.advance(29 * 60_000);
    expect(idsOf(await stack.settle(stack.query(CONTACTS, {}, BOB)))).toHaveLength(100);
  });

  it('an uninstallation, which would end all grants, is refused, and nothing changes', async () => {
    const answer = await stack.query(DISCONNECT, { id: ids.alice, u: true });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'uninstall' } }]);
    expect(await listOf(ALICE)).toMatchObject([{ status: 'ACTIVE' }]);
    expect(stack.simulator.log.all().filter(({ path }) => path.startsWith('/appinstalls'))).toEqual([]);
  });

  it('a viewer who connects as another user of HubSpot replaces their own grant alone', async () => {
    expect(idsOf(await stack.query(CONTACTS))).toEqual(ownedBy(anna as Person));
    const carla = person(2, { view: 'own' });
    expect(await connectAs(ALICE, carla)).toBe(ids.alice);
    expect(idsOf(await stack.query(CONTACTS))).toEqual(ownedBy(carla));
    expect(await listOf(ALICE)).toMatchObject([{ installedBy: carla.email }]);
    expect(await listOf(BOB)).toMatchObject([{ id: ids.bob, installedBy: ben?.email }]);
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))).toHaveLength(100);
  });

  it('a grant that HubSpot ends is lost for its viewer alone', async () => {
    stack.simulator.grants.revokeRefreshToken(await refreshTokenOf(ids.alice));
    stack.clock.advance(31 * 60_000);
    expect(codesOf(await stack.settle(stack.query(CONTACTS)))).toEqual(['REAUTHORIZATION_REQUIRED']);
    expect(idsOf(await stack.settle(stack.query(CONTACTS, {}, BOB)))).toHaveLength(100);
    expect(await listOf(BOB)).toMatchObject([{ status: 'ACTIVE' }]);
  });

  it('each viewer chooses a default among their own', async () => {
    const second = await connectAs(ALICE, person(0, {}, portalOf(1)), portalOf(1));
    expect(codesOf(await stack.query(CONTACTS))).toEqual(['INSTALLATION_AMBIGUOUS']);
    await stack.query('mutation ($id: ID!) { setDefaultInstallation(installationId: $id) { installation { id } } }', {
      id: second,
    });
    expect(idsOf(await stack.query(CONTACTS))[0]).toMatch(/^Contact:7654321:/);
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))[0]).toMatch(/^Contact:1234567:/);
  });

  it('no secret of introspection is logged or stored', async () => {
    const { data } = await stack.query('{ installations { accessTokenExpiresAt } }');
    expect(data).toMatchObject({ installations: [{ accessTokenExpiresAt: expect.any(String) }] });
    expect(stack.logs.join()).not.toMatch(/signed_access_token|signature/);
    expect(
      JSON.stringify(await stack.db.database.query.selectFrom('installations').selectAll().execute()),
    ).not.toContain('signature');
  });
});

describe.each([true, false])(
  'two viewers as one user of HubSpot, who have one refresh token: %s',
  (keepsRefreshToken) => {
    it('a disconnect leaves the other, and the last one revokes', async () => {
      await start({ simulator: { app: { isUserLevel: true }, consentKeepsRefreshToken: keepsRefreshToken } });
      const anna = person(0, { view: 'own' });
      const [alice, bob] = [await connectAs(ALICE, anna), await connectAs(BOB, anna)];
      const token = await refreshTokenOf(bob);
      await stack.settle(stack.query(DISCONNECT, { id: alice }));
      await stack.settle(noRevocations());
      expect(stack.simulator.grants.refreshTokenGrant(token)).toBeDefined();
      stack.clock.advance(31 * 60_000);
      expect(idsOf(await stack.settle(stack.query(CONTACTS, {}, BOB)))).toEqual(ownedBy(anna));
      await stack.settle(stack.query(DISCONNECT, { id: bob }, BOB));
      await stack.settle(revocations(1));
      expect(stack.simulator.grants.refreshTokenGrant(token)).toBeUndefined();
    });
  },
);

describe('an account-level app', () => {
  it('has one grant for the tenant, whoever consents', async () => {
    await start({ simulator: { app: { isUserLevel: false } } });
    const [first, second] = [await stack.connect(), await stack.connect({}, BOB)];
    expect(first).toBe(second);
    for (const viewer of [ALICE, BOB, CAROL])
      expect(await listOf(viewer)).toMatchObject([{ id: first, isUserLevel: false, status: 'ACTIVE' }]);
  });

  it('has its rows beside those of a user-level app that took its place', async () => {
    await start({ simulator: { app: { isUserLevel: false } } });
    const shared = await stack.connect();
    stack.clock.advance(1_000);
    Object.assign(stack.simulator.app, { isUserLevel: true });
    const own = await connectAs(BOB, person(0, { view: 'own' }));
    expect(own).not.toBe(shared);
    expect(await listOf(ALICE)).toMatchObject([{ id: shared, isUserLevel: false }]);
    expect(await listOf(BOB)).toMatchObject([
      { id: shared, isUserLevel: false, isDefault: false },
      { id: own, isUserLevel: true, isDefault: true },
    ]);
    const anna = person(0, { view: 'own' });
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))).toEqual(ownedBy(anna));
    const id = ownedBy(anna)[0];
    expect((await stack.query(`{ node(id: "${id}") { id } }`, {}, BOB)).data).toEqual({ node: { id } });
    await stack.settle(stack.query(DISCONNECT, { id: own }, BOB));
    expect((await stack.query('{ installation { id } }', {}, BOB)).data).toEqual({ installation: { id: shared } });
  });
});

describe('the level of a grant', () => {
  const INTROSPECT = '/token/introspect$';

  it('is that of the app when introspection fails', async () => {
    await start();
    await connectAs(ALICE, person(0, {}));
    stack.simulator.faults.add({ match: INTROSPECT, fault: { kind: 'answer', status: 503 } });
    const own = await stack.settle(connectAs(BOB, person(1, {})));
    stack.simulator.faults.clear();
    expect(await listOf(BOB)).toMatchObject([{ id: own, isUserLevel: true }]);
    expect(await listOf(CAROL)).toEqual([]);
  });

  it.each([{ isUserLevel: 'yes' }, { isUserLevel: {} }, 'eyJ'])(
    'that cannot be read is user-level: %j',
    async (signed) => {
      await start();
      stack.simulator.faults.add({
        match: INTROSPECT,
        fault: { kind: 'rewrite', set: { signed_access_token: signed } },
      });
      await connectAs(ALICE, person(0, {}));
      expect(await listOf(ALICE)).toMatchObject([{ isUserLevel: true }]);
      expect(await listOf(BOB)).toEqual([]);
    },
  );

  it.each([null, { userId: 7 }])('that HubSpot does not report is that of the account: %j', async (signed) => {
    await start();
    stack.simulator.faults.add({
      match: INTROSPECT,
      fault: { kind: 'rewrite', set: { signed_access_token: signed } },
    });
    await connectAs(ALICE, person(0, {}));
    expect(await listOf(BOB)).toMatchObject([{ isUserLevel: false }]);
  });
});

describe.each(DATABASE_KINDS)('a thousand requests of two viewers in %s', (database) => {
  it('mix nothing, on all replicas, with a record cache', async () => {
    const replicas = database === 'postgres' ? 2 : 1;
    await start({ database, replicas, env: { CACHE_TTL_MS: '60000' } });
    const [anna, ben] = [person(0, { view: 'own' }), person(1, { view: 'own' })];
    await connectAs(ALICE, anna);
    await connectAs(BOB, ben);
    const expected = new Map([
      [ALICE, ownedBy(anna)],
      [BOB, ownedBy(ben)],
    ]);
    const [hers = '', his = ''] = [ownedBy(anna)[0], ownedBy(ben)[0]];
    const ONE = 'query ($id: ID!) { node(id: $id) { id } }';
    const mixed: unknown[] = [];
    const ask = async (index: number) => {
      const [viewer, foreign] = index % 2 === 0 ? [ALICE, his] : [BOB, hers];
      const own = expected.get(viewer) ?? [];
      const replica = index % replicas;
      if (index % 3 === 0) {
        const found = idsOf(await stack.queryOn(replica, CONTACTS, {}, viewer));
        if (found.join() !== own.join()) mixed.push({ index, found });
        return;
      }
      const id = index % 3 === 1 ? own[index % own.length] : foreign;
      const { data, errors } = await stack.queryOn(replica, ONE, { id }, viewer);
      const node = (data as unknown as { node: { id: string } | null }).node?.id ?? null;
      if (node !== (id === foreign ? null : id)) mixed.push({ index, id, node, errors });
    };
    for (let from = 0; from < 1_000; from += 100)
      await stack.settle(Promise.all(Array.from({ length: 100 }, (_, index) => ask(from + index))));
    expect(mixed).toEqual([]);
  }, 60_000);
});

/** The stored refresh token of an installation, as the simulator knows it. */
async function refreshTokenOf(id: string): Promise<string> {
  const installations = await stack.db.database.query
    .selectFrom('installations')
    .selectAll()
    .where('id', '=', id)
    .execute();
  const [row] = installations;
  const { tokens } = openStores(stack.db.database, new TokenCipher(stack.config.encryptionKeys));
  const key = { id, tenantId: row?.viewer_tenant_id ?? row?.tenant_id ?? '', viewerId: row?.viewer_id ?? null };
  return (await tokens.read(key))?.refreshToken ?? '';
}

const revoked = () => stack.simulator.log.all().filter(({ path }) => path.endsWith('/token/revoke')).length;
const left = async () => (await stack.db.database.query.selectFrom('revocations').select('id').execute()).length;

/** Waits until HubSpot has been asked for so many revocations, and none is left. */
async function revocations(count: number): Promise<void> {
  while (revoked() < count || (await left()) > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(revoked()).toBe(count);
}

async function noRevocations(): Promise<void> {
  while ((await left()) > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(revoked()).toBe(0);
}
