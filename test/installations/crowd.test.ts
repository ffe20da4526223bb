import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { ALICE, Stack } from '../helpers/stack.ts';
import { issued, openStores } from '../helpers/stores.ts';
import { STORM_SCALE } from '../helpers/storm-scale.ts';

const CROWD = 60 * STORM_SCALE;
const MAX_TOKEN_CALLS = 10;
const MINUTE = 60_000;
const QUERY = '{ contacts(first: 1) { nodes { hubspotId } } }';
const REFRESH = 'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { id } } }';
const members = Array.from({ length: CROWD }, (_, index) => ({ ...ALICE, tenant: `t${index}` }));
/** More than two rounds of token calls. */
const due = members.slice(1, Math.ceil(0.6 * CROWD));

let stack: Stack;
/** In the order of the members. */
const connected: { readonly id: string; readonly refreshToken: string }[] = [];
beforeAll(async () => {
  // On a busy machine the last of a crowd waits long for the one connection.
  const timeouts = { statementMs: 60_000, waitMs: 60_000, idleMs: 60_000 };
  stack = await Stack.start({ database: 'postgres', poolSize: 1, timeouts });
  const database = openDatabase({ url: stack.db.url, dataDir: '', clock: stack.clock, postgresClock: stack.clock });
  const { installations } = openStores(database, new TokenCipher(stack.config.encryptionKeys));
  const { grants, portals } = stack.simulator;
  for (const { tenant } of members) {
    const [portal] = portals;
    if (!portal) throw new Error('the simulator has a portal');
    const scopes = ['oauth', 'crm.objects.contacts.read'];
    const { accessToken, refreshToken } = grants.issueTokens({ portal, scopes });
    const { id } = await installations.connect({
      tenantId: tenant,
      viewerId: null,
      hubId: portal.hubId,
      hubDomain: null,
      installedBy: null,
      userId: null,
      grantedScopes: scopes,
      tokens: issued(accessToken.token, refreshToken),
    });
    connected.push({ id, refreshToken });
  }
  await database.close();
});
afterAll(() => stack.stop());

it(`F45 brings ${CROWD} installations back that expired in the same second, over one database connection`, async () => {
  stack.clock.advance(31 * MINUTE);
  const answers = await Promise.all(members.map((viewer) => stack.query(QUERY, {}, viewer)));
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
  expect(stack.simulator.log.tokenCalls('refresh_token')).toHaveLength(CROWD);
  expect(stack.simulator.log.maxRefreshes).toBeLessThanOrEqual(MAX_TOKEN_CALLS);
  expect(stack.simulator.log.maxRefreshOverlap).toBe(1);
}, 120_000);

it('F45 lets an interactive query pass a crowd that is refreshed ahead', async () => {
  // One tenant's token is over; those of the crowd are due, and still good.
  stack.clock.advance(10 * MINUTE);
  await Promise.all(due.map((viewer, index) => stack.query(REFRESH, { id: connected[index + 1]?.id }, viewer)));
  stack.clock.advance(28 * MINUTE);
  const token = { match: '^POST /oauth/[^/]+/token$', bodyIncludes: 'grant_type=refresh_token' };
  const mine = stack.simulator.faults.add({
    ...token,
    bodyIncludes: connected[0]?.refreshToken ?? '',
    fault: { kind: 'rewrite', set: {} },
  });
  const crowd = stack.simulator.faults.add({ ...token, fault: { kind: 'hold' } });
  await Promise.all(due.map((viewer) => stack.query(QUERY, {}, viewer)));
  await crowd.reached(MAX_TOKEN_CALLS);

  // Ten of the crowd hold all slots, the others wait for one. The next slots that come free go to whom somebody waits for.
  const interactive = stack.query(QUERY, {}, members[0]);
  await expect.poll(waitingInteractively).toBe(1);
  crowd.release();
  await mine.reached(1);
  expect(crowd.hits).toBeLessThanOrEqual(2 * MAX_TOKEN_CALLS);
  // It is answered while the crowd still hangs.
  expect((await interactive).errors).toBeUndefined();
  crowd.remove();
}, 120_000);

async function waitingInteractively(): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  return Number(/gateway_token_refreshes_waiting\{priority="interactive"\} (\d+)/.exec(text)?.[1]);
}
