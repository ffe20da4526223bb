import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';
import { codes, READ } from '../helpers/token-faults.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const BOB = { ...ALICE, sub: 'bob' };
/** The same person, as a user of another tenant. */
const ELSEWHERE = { ...ALICE, tenant: 'umbrella' };
const CHOOSE = 'mutation ($id: ID) { setDefaultInstallation(installationId: $id) { installation { id isDefault } } }';
const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
const DEFAULTS = '{ installations { id isDefault } }';
const MEANT = '{ contacts(first: 1) { nodes { id } } }';
const CREATE = 'mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }';

let stack: Stack;
let first: string;
let second: string;
afterEach(() => stack.stop());

async function start(database: (typeof DATABASE_KINDS)[number], replicas = 1): Promise<void> {
  stack = await Stack.start({ database, replicas, simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  first = await stack.connect();
  second = await connectOther();
}
const connectOther = (viewer?: TestViewer) => stack.connect({}, viewer, { portal: String(OTHER_PORTAL.hubId) });
const choose = (id: string | null, viewer = ALICE, replica = 0) => stack.queryOn(replica, CHOOSE, { id }, viewer);
const chosen = (id: string) => ({ data: { setDefaultInstallation: { installation: { id, isDefault: true } } } });
const defaults = async (viewer = ALICE) => {
  const { data } = await stack.query(DEFAULTS, {}, viewer);
  const { installations } = data as unknown as { installations: { id: string; isDefault: boolean }[] };
  return installations.filter(({ isDefault }) => isDefault).map(({ id }) => id);
};
/** The portal that an operation meant which named none, or the code of its refusal. */
const meant = async (viewer = ALICE, replica = 0) => {
  const answer = await stack.queryOn(replica, MEANT, {}, viewer);
  const data = answer.data as { contacts: { nodes: { id: string }[] } | null } | undefined;
  return data?.contacts ? Number(data.contacts.nodes[0]?.id.split(':')[1]) : codes(answer)[0];
};

describe.each(DATABASE_KINDS)('the default installation of a viewer, on %s', (kind) => {
  beforeEach(() => start(kind));

  it('is what operations mean that name none', async () => {
    const ambiguous = await stack.query(READ);
    expect(ambiguous.errors).toMatchObject([
      {
        message:
          'Several portals are connected: name the installation, or choose a default one with setDefaultInstallation.',
        extensions: { code: 'INSTALLATION_AMBIGUOUS', installationIds: expect.arrayContaining([first, second]) },
      },
    ]);
    expect(await defaults()).toEqual([]);

    expect(await choose(second)).toEqual(chosen(second));
    expect(await meant()).toBe(OTHER_PORTAL.hubId);
    expect(await defaults()).toEqual([second]);
    expect((await stack.query('{ installation { id } }')).data).toEqual({ installation: { id: second } });
    const created = await stack.query(CREATE, { input: { email: 'ada@b.example' } });
    expect(created.data).toMatchObject({ createContact: { contact: { id: expect.stringContaining(':7654321:') } } });

    expect(await choose(first)).toEqual(chosen(first));
    expect(await meant()).toBe(SMALL_PORTAL.hubId);
    expect(await choose(null)).toEqual({ data: { setDefaultInstallation: { installation: null } } });
    expect(await meant()).toBe('INSTALLATION_AMBIGUOUS');
  });

  it('is no other viewer’s, and no other tenant’s', async () => {
    await stack.connect({}, ELSEWHERE);
    const others = await connectOther(ELSEWHERE);
    await choose(second);
    expect([await meant(BOB), await meant(ELSEWHERE)]).toEqual(Array(2).fill('INSTALLATION_AMBIGUOUS'));
    await choose(first, BOB);
    await choose(others, ELSEWHERE);
    expect([await meant(), await meant(BOB)]).toEqual([OTHER_PORTAL.hubId, SMALL_PORTAL.hubId]);
    expect(await meant(ELSEWHERE)).toBe(OTHER_PORTAL.hubId);
  });

  it('rests while it is disconnected, and comes back with it', async () => {
    await choose(second);
    await stack.query(DISCONNECT, { id: second });
    expect(await meant()).toBe(SMALL_PORTAL.hubId);
    expect(await defaults()).toEqual([first]);
    expect(await connectOther()).toBe(second);
    expect(await meant()).toBe(OTHER_PORTAL.hubId);
  });
});

describe('the default installation of a viewer', () => {
  beforeEach(() => start('sqlite'));

  it.each([
    ['an unknown one', async () => 'Installation:00000000-0000-4000-8000-000000000000', 'NOT_FOUND'],
    ['what is no installation', async () => 'Contact:1234567:1', 'NOT_FOUND'],
    ['one of another tenant', () => stack.connect({}, ELSEWHERE), 'NOT_FOUND'],
    [
      'a disconnected one',
      async () => {
        await stack.query(DISCONNECT, { id: second });
        return second;
      },
      'NOT_CONNECTED',
    ],
  ])('is refused and changes nothing: %s', async (_title, idOf, code) => {
    await choose(first);
    expect(codes(await choose(await idOf()))).toEqual([code]);
    expect(await meant()).toBe(SMALL_PORTAL.hubId);
  });

  it('needs the permission to read, and no other', async () => {
    expect(codes(await choose(first, { ...ALICE, scope: 'hubspot:connect' }))).toEqual(['FORBIDDEN']);
    expect(await choose(first, { ...ALICE, scope: 'hubspot:read' })).toEqual(chosen(first));
  });

  it('is the only connected one without any choice', async () => {
    await stack.query(DISCONNECT, { id: first });
    expect(await defaults()).toEqual([second]);
    expect(await choose(null)).toEqual(chosen(second));
  });
});

describe('the default installation of a viewer, on several replicas', () => {
  beforeEach(() => start('postgres', 2));

  /** Statements that the second replica sends for `work`. The clock stands still: none of them is its regular look. */
  async function statements(work: () => Promise<unknown>): Promise<number> {
    const before = stack.databaseFaults[1]?.statements ?? 0;
    await work();
    return (stack.databaseFaults[1]?.statements ?? 0) - before;
  }

  it('is used by the others within 300 ms, however often it changes', async () => {
    expect(await meant(ALICE, 1)).toBe('INSTALLATION_AMBIGUOUS');
    for (const [id, hubId] of [
      [second, OTHER_PORTAL.hubId],
      [first, SMALL_PORTAL.hubId],
      [null, 'INSTALLATION_AMBIGUOUS'],
      [second, OTHER_PORTAL.hubId],
    ] as const) {
      await choose(id);
      stack.clock.advance(300);
      await expect.poll(() => meant(ALICE, 1)).toBe(hubId);
    }
  });

  it('is known to the others before they refuse', async () => {
    expect(await meant(ALICE, 1)).toBe('INSTALLATION_AMBIGUOUS');
    await choose(second);
    expect(await meant(ALICE, 1)).toBe(OTHER_PORTAL.hubId);
  });

  it('costs a request no statement, and a tenant without one as many as ever', async () => {
    await meant(ALICE, 1);
    expect(await statements(() => meant(ALICE, 1))).toBe(1);
    const byName = `{ installation(id: "${first}") { id isDefault contacts(first: 1) { nodes { id } } } }`;
    await stack.queryOn(1, byName);
    expect(await statements(() => stack.queryOn(1, byName))).toBe(0);
    await choose(second);
    await meant(ALICE, 1);
    expect(await statements(() => meant(ALICE, 1))).toBe(0);
  });
});
