import type { Person } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, type Stack, type StackOptions, type TestViewer } from '../helpers/stack.ts';
import { CONTACTS, codesOf, DISCONNECT, idsOf, UserLevel } from '../helpers/user-level.ts';

const BOB: TestViewer = { ...ALICE, sub: 'bob' };
const CAROL: TestViewer = { ...ALICE, sub: 'carol' };

let stack: Stack;
let on: UserLevel;
afterEach(() => stack.stop());

async function start(options?: StackOptions): Promise<void> {
  on = await UserLevel.start(options);
  stack = on.stack;
}

describe('two viewers of one tenant in one portal', () => {
  let [anna, ben]: Person[] = [];
  let ids: { readonly alice: string; readonly bob: string };
  beforeEach(async () => {
    await start();
    [anna, ben] = [on.person(0, { view: 'own' }), on.person(1, { view: 'all', editAssociations: false, edit: 'own' })];
    ids = { alice: await on.connectAs(ALICE, anna), bob: await on.connectAs(BOB, ben) };
  });

  it('have installations of their own, and see no other', async () => {
    expect(ids.alice).not.toBe(ids.bob);
    const facts = { hubId: String(SMALL_PORTAL.hubId), status: 'ACTIVE', isUserLevel: true, isDefault: true };
    expect(await on.list(ALICE)).toEqual([{ ...facts, id: ids.alice, installedBy: anna?.email }]);
    expect(await on.list(BOB)).toEqual([{ ...facts, id: ids.bob, installedBy: ben?.email }]);
    expect(await on.list(CAROL)).toEqual([]);
    const { data } = await stack.query('query ($id: ID!) { installation(id: $id) { id } node(id: $id) { id } }', {
      id: ids.bob,
    });
    expect(data).toEqual({ installation: null, node: null });
  });

  it('read what their own users of HubSpot may read', async () => {
    const [alice, bob] = await Promise.all([stack.query(CONTACTS), stack.query(CONTACTS, {}, BOB)]);
    expect(idsOf(alice)).toEqual(on.ownedBy(anna as Person));
    expect(idsOf(bob)).toEqual(on.allContacts().slice(0, 100));
    expect(idsOf(alice).length).toBeLessThan(idsOf(bob).length);
  });

  it('are refused what their own users of HubSpot may not do', async () => {
    const [own = ''] = on.ownedBy(anna as Person);
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
    for (const query of [CONTACTS, `{ node(id: "${on.allContacts()[0]}") { id } }`]) {
      const { errors } = await stack.query(query, {}, CAROL);
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_CONNECTED', remedy } }]);
    }
    expect(stack.simulator.log.all()).toEqual([]);
  });

  it('a global id of a portal that the viewer has not connected asks for a connection', async () => {
    await on.connectAs(CAROL, on.person(0, {}, on.portal(1)), on.portal(1));
    const answer = await stack.query(`{ node(id: "${on.allContacts()[0]}") { id } }`, {}, CAROL);
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
      expect(await on.list(BOB)).toMatchObject([{ id: ids.bob, status: 'ACTIVE' }]);
    },
  );

  it('a disconnect ends one grant, and leaves the other', async () => {
    const { data } = await stack.settle(stack.query(DISCONNECT, { id: ids.alice }));
    expect(data).toEqual({ disconnectInstallation: { installation: { status: 'DISCONNECTED' } } });
    expect(codesOf(await stack.query(CONTACTS))).toEqual(['NOT_CONNECTED']);
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))).toHaveLength(100);
    expect(await stack.settle(on.revocations(1))).toBe(1);
    stack.clock.advance(29 * 60_000);
    expect(idsOf(await stack.settle(stack.query(CONTACTS, {}, BOB)))).toHaveLength(100);
  });

  it('an uninstallation, which would end all grants, is refused, and nothing changes', async () => {
    const answer = await stack.query(DISCONNECT, { id: ids.alice, u: true });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'uninstall' } }]);
    expect(await on.list(ALICE)).toMatchObject([{ status: 'ACTIVE' }]);
    expect(stack.simulator.log.all().filter(({ path }) => path.startsWith('/appinstalls'))).toEqual([]);
  });

  it('a viewer who connects as another user of HubSpot replaces their own grant alone', async () => {
    expect(idsOf(await stack.query(CONTACTS))).toEqual(on.ownedBy(anna as Person));
    const carla = on.person(2, { view: 'own' });
    expect(await on.connectAs(ALICE, carla)).toBe(ids.alice);
    expect(idsOf(await stack.query(CONTACTS))).toEqual(on.ownedBy(carla));
    expect(await on.list(ALICE)).toMatchObject([{ installedBy: carla.email }]);
    expect(await on.list(BOB)).toMatchObject([{ id: ids.bob, installedBy: ben?.email }]);
    expect(idsOf(await stack.query(CONTACTS, {}, BOB))).toHaveLength(100);
  });

  it('a grant that HubSpot ends is lost for its viewer alone', async () => {
    stack.simulator.grants.revokeRefreshToken(await on.refreshTokenOf(ids.alice));
    stack.clock.advance(31 * 60_000);
    expect(codesOf(await stack.settle(stack.query(CONTACTS)))).toEqual(['REAUTHORIZATION_REQUIRED']);
    expect(idsOf(await stack.settle(stack.query(CONTACTS, {}, BOB)))).toHaveLength(100);
    expect(await on.list(BOB)).toMatchObject([{ status: 'ACTIVE' }]);
  });

  it('each viewer chooses a default among their own', async () => {
    const second = await on.connectAs(ALICE, on.person(0, {}, on.portal(1)), on.portal(1));
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
