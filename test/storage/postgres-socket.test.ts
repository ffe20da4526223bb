import { existsSync } from 'node:fs';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { sql } from 'kysely';
import { expect, inject, it } from 'vitest';
import { openDatabase } from '../../src/storage/database.ts';

const FOLDER = '/var/run/postgresql';

it
  .skipIf(!existsSync(`${FOLDER}/.s.PGSQL.5432`))
  .each([
    'postgresql://USER:PASSWORD@/postgres?host=/var/run/postgresql',
    'postgres:///postgres?host=/var/run/postgresql&user=USER&port=5432&application_name=crm',
    'postgres://USER:PASSWORD@%2Fvar%2Frun%2Fpostgresql/postgres',
    'socket://USER:PASSWORD@/var/run/postgresql?db=postgres',
  ])('reaches Postgres by its Unix socket: %s', async (pattern) => {
  const { username, password } = new URL(inject('postgresUrl'));
  const url = pattern.replace('USER', username || 'postgres').replace('PASSWORD', password || 'any');
  const database = openDatabase({ url, dataDir: '', clock: new ManualClock() });
  await expect(sql`select 1`.execute(database.query).finally(() => database.close())).resolves.toMatchObject({
    rows: [{}],
  });
});
