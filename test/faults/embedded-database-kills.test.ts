import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/time/clock.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { openStores } from '../helpers/stores.ts';

/** A tenth of the kills of the chaos test. */
const KILLS = Math.ceil(Number(process.env.CHAOS_KILLS ?? 51) / 10);
/** Commits before a process is killed. */
const COMMITS = 25;
const KEY = randomBytes(32).toString('base64');

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-sqlite-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Connects one installation after the other until it is killed; resolves with the portals whose commit it told of. */
async function writeUntilKilled(from: number): Promise<number[]> {
  const hrefOf = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    const { openDatabase } = await import(${hrefOf('../../src/storage/database.ts')});
    const { systemClock } = await import(${hrefOf('../../src/lib/time/clock.ts')});
    const { TokenCipher } = await import(${hrefOf('../../src/storage/encryption/token-cipher.ts')});
    const { issued, openStores } = await import(${hrefOf('../helpers/stores.ts')});
    const database = openDatabase({ url: undefined, dataDir: ${JSON.stringify(dataDir)}, clock: systemClock });
    await database.migrate();
    const cipher = new TokenCipher([{ id: 'k1', key: Buffer.from(${JSON.stringify(KEY)}, 'base64') }]);
    const { installations } = openStores(database, cipher);
    const grant = { tenantId: 'acme', viewerId: null, hubspotUserId: null, hubDomain: null, installedBy: null, grantedScopes: ['oauth'] };
    for (let hubId = ${from}; ; hubId += 1) {
      await installations.connect({ ...grant, hubId, tokens: issued('access-' + hubId, 'refresh-' + hubId) });
      process.stdout.write(hubId + '\\n');
    }
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(Number(line));
    // In the middle of the next write.
    if (told.length === COMMITS) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return told;
}

async function opened<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ url: undefined, dataDir, clock: systemClock });
  try {
    await database.migrate();
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Portals whose installation is there with the tokens that belong to it. */
function whole(): Promise<number[]> {
  return opened(async (database) => {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.query);
    expect(rows).toEqual([{ integrity_check: 'ok' }]);
    const cipher = new TokenCipher([{ id: 'k1', key: Buffer.from(KEY, 'base64') }]);
    const { installations, tokens } = openStores(database, cipher);
    const portals: number[] = [];
    for (const installation of await installations.list('acme')) {
      const { hubId } = installation;
      const expected = { accessToken: `access-${hubId}`, refreshToken: `refresh-${hubId}` };
      expect(await tokens.read(installation)).toMatchObject(expected);
      portals.push(hubId);
    }
    return portals.sort((a, b) => a - b);
  });
}

it(`F52 an embedded database whose process is killed ${KILLS} times while it writes has all that was committed, and no half of anything`, async () => {
  const committed: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    committed.push(...(await writeUntilKilled(1_000 * (kill + 1))));
    const found = await whole();
    expect(found).toEqual(expect.arrayContaining(committed));
    // One commit of each process may not have been told of.
    expect(found.length).toBeLessThanOrEqual(committed.length + kill + 1);
  }
}, 120_000);

it.each<[string, (file: string) => Promise<void>]>([
  ['holds something else', (file) => writeFile(file, 'not a database, '.repeat(1_000))],
  ['was cut', async (file) => truncate(file, Math.floor((await stat(file)).size / 2))],
])('F52 an embedded database whose file %s is refused, and is not replaced by an empty one', async (_case, harm) => {
  const file = join(dataDir, 'gateway.sqlite');
  await opened(async ({ query }) => {
    await sql`insert into portal_budgets (hub_id, ledger) values (1, ${'x'.repeat(100_000)})`.execute(query);
  });
  await harm(file);
  const { size } = await stat(file);
  const reading = opened(({ query }) => query.selectFrom('portal_budgets').selectAll().execute());
  await expect(reading).rejects.toThrow();
  expect((await stat(file)).size).toBe(size);
});
