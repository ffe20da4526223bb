import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { rotateKeys } from '../../src/storage/encryption/key-rotation.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { runCli } from '../helpers/cli.ts';
import { ALICE, type Answer, Stack, type TestViewer } from '../helpers/stack.ts';
import { issued, openStores } from '../helpers/stores.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const CONTACTS = '{ contacts(first: 1) { nodes { hubspotId } } }';
const REFRESH = 'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { id } } }';
const [K1, K2] = ['k1', 'k2'].map((id) => ({ id, key: randomBytes(32) }));
const setting = (...keys: (typeof K1)[]) => keys.map((key) => `${key?.id}:${key?.key.toString('base64')}`).join(',');
const ringOf = (...keys: (typeof K1)[]) => new TokenCipher(keys.flatMap((key) => key ?? []));
const AT_ONCE = { settle: async () => {} };

let stack: Stack;
afterEach(() => stack.stop());

/** Replicas as a rolling deployment leaves them, one ring each. */
async function start(...rings: string[]): Promise<void> {
  stack = await Stack.start({
    database: 'postgres',
    replicas: rings.length,
    replicaEnv: (replica) => ({ ENCRYPTION_KEYS: rings[replica] ?? '' }),
    poolSize: 3,
  });
}

const isReady = async (replica: number) => (await fetch(`${stack.urls[replica]}/health/ready`)).status === 200;
const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions?.code) ?? [];
const tenants = Array.from({ length: 6 }, (_, index): TestViewer => ({ ...ALICE, tenant: `tenant-${index}` }));

it('F48 a new key comes and the old one goes under load, and nobody notices', async () => {
  const [before, learning, after] = [setting(K1), setting(K2, K1), setting(K2)];
  await start(before, before, before, learning, learning, learning, after, after, after);
  const [BEFORE, LEARNING, AFTER] = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ];
  const ids = new Map<TestViewer, string>();
  for (const tenant of tenants) ids.set(tenant, await stack.connect({}, tenant));

  let serving: number[] = [...BEFORE];
  let stopped = false;
  const failures: unknown[] = [];
  let served = 0;
  const load = tenants.map(async (tenant, index) => {
    for (let turn = index; !stopped; turn += 1) {
      const replica = serving[turn % serving.length] ?? 0;
      const answer =
        turn % 3 === 0
          ? await stack.send(REFRESH, { id: ids.get(tenant) }, tenant, {}, replica).then(({ answer }) => answer)
          : await stack.queryOn(replica, CONTACTS, {}, tenant);
      if (answer.errors) failures.push(codes(answer));
      served += 1;
    }
  });
  const serve = async (count: number) => {
    const until = served + count;
    await expect.poll(() => served >= until, { timeout: 20_000 }).toBe(true);
  };

  await serve(12);
  // 1. Every replica learns the new key, one after the other.
  for (const step of [1, 2, 3]) {
    serving = [...LEARNING.slice(0, step), ...BEFORE.slice(step)];
    await serve(9);
  }
  expect(await Promise.all([...BEFORE, ...LEARNING].map(isReady))).toEqual(Array(6).fill(true));
  expect(await isReady(6)).toBe(false);
  // 2. It is promoted, by a process that dies on its way, and by another one.
  const ring = ringOf(K2, K1);
  const dying = rotateKeys(stack.db.database, ring, {
    ...AT_ONCE,
    report: () => {
      throw new Error('killed');
    },
  });
  await expect(dying).rejects.toThrow('killed');
  await serve(9);
  expect((await rotateKeys(stack.db.database, ring, { settle: () => serve(9) })).unreadable).toBe(0);
  // 3. The old key goes.
  expect(await isReady(6)).toBe(true);
  for (const step of [1, 2, 3]) {
    serving = [...AFTER.slice(0, step), ...LEARNING.slice(step)];
    await serve(9);
  }
  stopped = true;
  await Promise.all(load);
  expect(failures).toEqual([]);
  expect(await Promise.all(AFTER.map(isReady))).toEqual([true, true, true]);
  expect(await isReady(0)).toBe(false);
}, 90_000);

it('F48 a callback that reaches a replica without the key is asked to come again, and finds its state unspent', async () => {
  await start(setting(K1), setting(K2, K1));
  await rotateKeys(stack.db.database, ringOf(K2, K1), AT_ONCE);
  const browser = new Browser();
  const { raw, answer } = await stack.send('mutation { connectHubSpot(input: {}) { authorizeUrl } }', {}, ALICE, {}, 1);
  browser.remember(raw);
  const { authorizeUrl } = (answer.data as unknown as { connectHubSpot: { authorizeUrl: string } }).connectHubSpot;
  const redirectUri = new URL(authorizeUrl).searchParams.get('redirect_uri') ?? '';
  const callback = await stack.consent(browser, authorizeUrl);
  expect(redirectUri).toContain(stack.urls[1]);

  const lacking = callback.replace(stack.urls[1] ?? '', stack.urls[0] ?? '');
  const refused = await stack.settle(browser.get(lacking));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(refused.headers.getSetCookie()).toEqual([]);
  expect(await refused.text()).toContain('Load this page again');
  expect(codes(await stack.queryOn(0, 'mutation { connectHubSpot(input: {}) { authorizeUrl } }'))).toEqual([
    'STORAGE_UNAVAILABLE',
  ]);

  const done = await browser.get(callback);
  expect([done.status, done.headers.get('location')]).toEqual([303, expect.stringContaining('hubspot=connected')]);
  expect(codes(await stack.queryOn(1, CONTACTS))).toEqual([]);
  expect(codes(await stack.queryOn(0, CONTACTS))).toEqual(['STORAGE_UNAVAILABLE']);
  // Rolled back: the replica that knows the old key alone serves again.
  await rotateKeys(stack.db.database, ringOf(K1, K2), AT_ONCE);
  expect(await isReady(0)).toBe(true);
  expect(codes(await stack.queryOn(0, CONTACTS))).toEqual([]);
  expect(codes(await stack.queryOn(1, CONTACTS))).toEqual([]);
});

it('F48 a rotation that is killed is finished by the next one', async () => {
  await start(setting(K1), setting(K2, K1));
  const rows = 200;
  const { installations } = openStores(stack.db.database, ringOf(K1));
  const all = [];
  for (let hubId = 1; hubId <= rows; hubId += 1) {
    const grant = {
      ...{ tenantId: 'acme', viewerId: null },
      hubDomain: null,
      installedBy: null,
      userId: null,
      grantedScopes: ['oauth'],
    };
    all.push(await installations.connect({ ...grant, hubId, tokens: issued(`access-${hubId}`, 'refresh') }));
  }
  const env = { DATABASE_URL: stack.db.url, ENCRYPTION_KEYS: setting(K2, K1) };
  // Somebody holds a row of the second batch, so the rotation cannot be over when it is killed.
  const holder = new pg.Client(stack.db.url);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select 1 from installation_tokens order by installation_id offset 150 limit 1 for update');
  const child = spawn(process.execPath, [CLI, 'rotate-keys'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child.stderr, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await holder.end();

  const old = await stack.db.database.query.selectFrom('installation_tokens').select('key_id').execute();
  expect(old.filter(({ key_id }) => key_id === 'k1').length).toBeGreaterThan(0);
  for (const installation of all.slice(0, 3)) {
    const read = openStores(stack.db.database, ringOf(K2, K1)).tokens.read(installation);
    expect(await read).toMatchObject({ refreshToken: 'refresh' });
  }
  const { code, stderr } = await runCli(['rotate-keys'], { env });
  expect(stderr).toContain('could not be decrypted: 0');
  expect(code).toBe(0);
  const ofNew = openStores(stack.db.database, ringOf(K2)).tokens;
  for (const [index, installation] of all.entries())
    expect(await ofNew.read(installation)).toMatchObject({ accessToken: `access-${index + 1}` });
}, 60_000);
