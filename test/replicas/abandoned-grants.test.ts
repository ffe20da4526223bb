import { type ActiveFault, DEFAULT_APP } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { ALICE, SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { openStores } from '../helpers/stores.ts';
import { codes, SECOND } from '../helpers/token-faults.ts';

const DISCONNECT = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
const OPTIONAL = DEFAULT_APP.optionalScopes;
/** What each of the three replicas reads, so that its calls can be told apart. */
const TYPES = ['contacts', 'deals', 'companies'] as const;
/** Lists of five pages take 3 s. */
const PAGE_MS = 600;

let stack: Stack;
let id: string;
/** Statements of the replicas that the database has not answered yet. */
let statements = 0;
beforeEach(async () => {
  const size = { contacts: 500, deals: 500, companies: 500 };
  stack = await Stack.start({ database: 'postgres', replicas: 3, simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  id = await stack.connect({ optionalScopes: OPTIONAL }, ALICE, { granted: OPTIONAL });
  statements = 0;
  for (const faults of stack.databaseFaults) {
    faults.before = () => {
      statements += 1;
    };
    faults.after = () => {
      statements -= 1;
    };
  }
});
afterEach(() => stack.stop());

/** Every replica is in the middle of a list: the answers to come, and the calls of each replica so far. */
async function readEverywhere() {
  const pages: ActiveFault[] = TYPES.map((type) =>
    stack.simulator.faults.add({ match: `^GET /crm/.*/${type}`, fault: { kind: 'delay', ms: PAGE_MS } }),
  );
  const lists = TYPES.map((type, replica) => stack.queryOn(replica, `{ ${type}(first: 500) { nodes { id } } }`));
  await Promise.all(pages.map((page) => page.reached(1)));
  await pass(PAGE_MS);
  await Promise.all(pages.map((page) => page.reached(2)));
  return { answers: Promise.all(lists), calls: () => pages.map(({ hits }) => hits) };
}

/** Lets time go by, in which the database answers at once. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    stack.clock.advance(50);
    do await new Promise((resolve) => setImmediate(resolve));
    while (statements > 0);
  }
}

it('a disconnect ends lists on all replicas: here at once, elsewhere within a second', async () => {
  const { answers, calls } = await readEverywhere();
  await stack.query(DISCONNECT, { id });
  const [here] = calls();
  await pass(SECOND);
  const afterASecond = calls();
  await pass(5 * SECOND);
  expect((await answers).map(codes)).toEqual(TYPES.map(() => ['NOT_CONNECTED']));
  expect(calls()).toEqual(afterASecond);
  expect(calls()[0]).toBe(here);
});

it('a grant that another replica found to be lost', async () => {
  const { answers, calls } = await readEverywhere();
  const { installations, tokens } = openStores(stack.db.database, new TokenCipher(stack.config.encryptionKeys));
  const key = { tenantId: ALICE.tenant, viewerId: null, id };
  expect(await installations.expire(key, (await tokens.read(key))?.version ?? 0, 'REVOKED')).toBe(true);
  await pass(SECOND);
  const afterASecond = calls();
  await pass(5 * SECOND);
  const ended = await answers;
  expect(ended.map(codes)).toEqual(TYPES.map(() => ['REAUTHORIZATION_REQUIRED']));
  expect(ended[0]?.errors?.[0]?.extensions).toMatchObject({ installationId: id, reason: 'REVOKED' });
  expect(calls()).toEqual(afterASecond);
});

it('a portal that is connected again meanwhile: the erased token is used no more', async () => {
  const { answers } = await readEverywhere();
  await expect.poll(() => stack.simulator.log.crm().length).toBeGreaterThan(0);
  const erased = stack.simulator.log.crm().at(0)?.token;
  await stack.query(DISCONNECT, { id });
  await stack.connect({ optionalScopes: OPTIONAL }, ALICE, { granted: OPTIONAL });
  await pass(SECOND);
  const from = stack.clock.now();
  await pass(5 * SECOND);
  await answers;
  for (const replica of TYPES.keys()) {
    expect(codes(await stack.settle(stack.queryOn(replica, '{ contacts { nodes { id } } }')))).toEqual([]);
  }
  const later = stack.simulator.log.crm().filter(({ at }) => at >= from);
  expect(later.length).toBeGreaterThanOrEqual(TYPES.length);
  expect(later.map(({ token }) => token)).not.toContain(erased);
});
