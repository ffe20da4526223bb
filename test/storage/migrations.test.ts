import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { explain } from '../../src/cli/explain.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/storage/database.ts';
import { TokenCipher } from '../../src/storage/encryption/token-cipher.ts';
import { createPostgresDatabase, DATABASE_KINDS, type DatabaseKind } from '../helpers/databases.ts';
import { issued, openStores } from '../helpers/stores.ts';

const cipher = new TokenCipher([{ id: 'k1', key: randomBytes(32) }]);

describe.each(DATABASE_KINDS)('migrations of %s', (kind) => {
  it('succeed for all processes that start with one empty database at once', async () => {
    const options = await emptyDatabase(kind);
    const racers = Array.from({ length: 5 }, () => open(options));
    await Promise.all(racers.map((database) => database.migrate()));

    for (const database of racers) await expectTablesOnce(database);
  });

  it('do nothing the second time', async () => {
    const database = open(await emptyDatabase(kind));
    await database.migrate();
    await connect(database, 1);
    const before = await contents(database);

    await database.migrate();
    expect(await contents(database)).toEqual(before);
  });

  it('refuse, in one sentence, a database that a newer release has changed, and leave it as it is', async () => {
    const database = open(await emptyDatabase(kind));
    await database.migrate();
    const timestamp = new Date().toISOString();
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', ${timestamp})`.execute(
      database.query,
    );
    const before = await contents(database);

    const error: unknown = await database.migrate().catch((reason: unknown) => reason);
    expect(explain(error)).toBe(
      'A newer release has brought the database up to date (9999-later is unknown here): run that release, or restore the backup from before.',
    );
    expect(await contents(database)).toEqual(before);
  });

  it('leave what another instance stored', async () => {
    const options = await emptyDatabase(kind);
    const first = open(options);
    await first.migrate();
    const installation = await connect(first, 1);
    await first.close();

    const second = open(options);
    await second.migrate();
    const { installations, tokens } = openStores(second, cipher);
    expect(await installations.list('acme')).toEqual([installation]);
    expect(await tokens.read(installation)).toMatchObject({ accessToken: 'access-1' });
  });
});

describe('the embedded database', () => {
  it('is brought up to date by several processes that start on one file at once', async () => {
    const options = await emptyDatabase('sqlite');
    const processes = Array.from({ length: 3 }, () => startMigrating(options.dataDir));
    await Promise.all(processes.map(({ ready }) => ready));
    for (const { child } of processes) child.send('go');

    expect(await Promise.all(processes.map(({ outcome }) => outcome))).toEqual(['done', 'done', 'done']);
    await expectTablesOnce(open(options));
  });

  it('writes ahead and syncs fully, so that a committed token survives a power cut', async () => {
    const { query } = open(await emptyDatabase('sqlite'));
    expect((await sql`pragma journal_mode`.execute(query)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(query)).rows).toEqual([{ synchronous: 2 }]); // FULL
    expect((await sql`pragma foreign_keys`.execute(query)).rows).toEqual([{ foreign_keys: 1 }]);
  });

  it('is a file of its owner alone', async () => {
    const options = await emptyDatabase('sqlite');
    await open(options).migrate();
    expect(existsSync(join(options.dataDir, 'gateway.sqlite'))).toBe(true);
    expect((await stat(options.dataDir)).mode & 0o077).toBe(0);
  });

  it('lets a writer wait for another one without stopping the process', async () => {
    const options = await emptyDatabase('sqlite');
    const [first, second] = [open(options), open(options)];
    await first.migrate();
    await second.migrate();
    const holding = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const writing = first.query.transaction().execute(async () => {
      holding.resolve();
      await released.promise;
    });
    await holding.promise;

    const [transaction, statement] = [connect(second, 1), second.query.deleteFrom('pending_connections').execute()];
    setImmediate(released.resolve);

    await writing;
    expect(await transaction).toMatchObject({ hubId: 1 });
    await statement;
  });

  it('waits for another writer while it is opened for the first time', async () => {
    const options = await emptyDatabase('sqlite');
    await mkdir(options.dataDir);
    const other = new DatabaseSync(join(options.dataDir, 'gateway.sqlite'));
    onTestFinished(() => other.close());
    other.exec('begin immediate; create table other (id text)');
    const database = open(options);
    const migrating = database.migrate();
    setImmediate(() => other.exec('commit'));

    await migrating;
    await expectTablesOnce(database);
  });

  it('is gone with its process when it lives in memory', async () => {
    const options = { ...(await emptyDatabase('sqlite')), url: 'memory:' };
    const first = open(options);
    await first.migrate();
    await connect(first, 1);

    const second = open(options);
    await second.migrate();
    expect(await openStores(second, cipher).installations.list('acme')).toEqual([]);
    expect(existsSync(options.dataDir)).toBe(false);
  });
});

describe('postgres', () => {
  it('serves everything from a pool of one connection', async () => {
    const database = open({ ...(await emptyDatabase('postgres')), poolSize: 1 });
    await database.migrate();
    const hubIds = Array.from({ length: 20 }, (_, index) => index + 1);
    const installations = await Promise.all(hubIds.map((hubId) => connect(database, hubId)));

    const { tokens } = openStores(database, cipher);
    const pairs = await Promise.all(installations.map((installation) => tokens.read(installation)));
    expect(pairs.map((pair) => pair?.accessToken)).toEqual(hubIds.map((hubId) => `access-${hubId}`));
    const connections = sql`select pid from pg_stat_activity where datname = current_database()`;
    expect((await connections.execute(database.query)).rows).toHaveLength(1);
  });

  it('is reported as unavailable after its removal', async () => {
    const { url, drop } = await createPostgresDatabase();
    const { query } = open({ url, dataDir: '', clock: new ManualClock() });
    await sql`select 1`.execute(query);
    await drop();
    await expect(sql`select 1`.execute(query)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      reason: 'refused',
    });
  });
});

/** Options that name a new, empty database; it ends with the test. */
async function emptyDatabase(kind: DatabaseKind): Promise<DatabaseOptions> {
  const clock = new ManualClock();
  if (kind === 'postgres') {
    const { url, drop } = await createPostgresDatabase();
    onTestFinished(drop);
    return { url, dataDir: '', clock };
  }
  const folder = await mkdtemp(join(tmpdir(), 'gateway-sqlite-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { url: undefined, dataDir: join(folder, 'data'), clock };
}

/** Opens a database that is closed when the test ends. */
function open(options: DatabaseOptions): Database {
  const database = openDatabase(options);
  onTestFinished(() => database.close());
  return database;
}

function connect(database: Database, hubId: number) {
  return openStores(database, cipher).installations.connect({
    tenantId: 'acme',
    viewerId: null,
    hubId,
    hubDomain: null,
    installedBy: null,
    userId: null,
    grantedScopes: ['oauth'],
    tokens: issued(`access-${hubId}`, `refresh-${hubId}`),
  });
}

async function expectTablesOnce({ query }: Database): Promise<void> {
  const tables = (await query.introspection.getTables()).map(({ name }) => name);
  const expected = [
    'active_key',
    'authorization_requests',
    'default_installations',
    'installation_tokens',
    'installations',
    'marketplace_installs',
    'pending_connections',
    'portal_budgets',
    'revocations',
  ];
  expect(tables).toEqual(expect.arrayContaining(expected));
  expect(tables).toHaveLength(new Set(tables).size);

  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(query);
  const migrations = rows.map(({ name }) => name);
  expect(migrations).toEqual(expect.arrayContaining(['0001-installations', '0002-authorization-requests']));
  expect(migrations).toHaveLength(new Set(migrations).size);
}

async function contents({ query }: Database): Promise<unknown[]> {
  const tables = await query.introspection.getTables({ withInternalKyselyTables: true });
  const results = await Promise.all(tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(query)));
  return results.map(({ rows }, index) => [tables[index]?.name, rows]);
}

interface Racer {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  /** `done`, or what the process died of. */
  readonly outcome: Promise<string>;
}

/** A process that loads the database's code, says so, and migrates when it is told to. */
function startMigrating(dataDir: string): Racer {
  const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const code = `
    const { openDatabase } = await import(${source('storage/database.ts')});
    const { systemClock } = await import(${source('lib/time/clock.ts')});
    process.once('message', async () => {
      const database = openDatabase({ url: undefined, dataDir: ${JSON.stringify(dataDir)}, clock: systemClock });
      const outcome = await database.migrate().then(() => 'done', String);
      await database.close();
      process.send(outcome, () => process.disconnect());
    });
    process.send('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => {
    child.kill();
  });
  const ready = once(child, 'message');
  return { child, ready, outcome: ready.then(() => once(child, 'message')).then(([outcome]) => String(outcome)) };
}
