import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { expect, it } from 'vitest';
import { explain } from '../../src/cli/explain.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';

/** The sentence for what is thrown when the gateway brings this database up to date. */
async function sentenceFor(url: string | undefined, dataDir = ''): Promise<string> {
  const database = openDatabase({ url, dataDir, clock: new ManualClock() });
  const error = await database.migrate().then(
    () => new Error('the database was there'),
    (thrown: unknown) => thrown,
  );
  await database.close();
  return explain(error);
}

it.each([
  [
    'postgres://u:hunter2@127.0.0.1:1/d',
    'Postgres does not answer at 127.0.0.1:1 (ECONNREFUSED): check DATABASE_URL, and that it runs.',
  ],
  [
    'postgres:///d?host=/nowhere',
    'Postgres does not answer at /nowhere/.s.PGSQL.5432 (ENOENT): check DATABASE_URL, and that it runs.',
  ],
])('says in a sentence where Postgres does not answer: %s', async (url, sentence) => {
  expect(await sentenceFor(url)).toBe(sentence);
});

it('says in a sentence what Postgres refuses', async () => {
  const { url, drop } = await createPostgresDatabase();
  await drop();
  expect(await sentenceFor(url)).toMatch(
    /^Postgres refuses to connect \(3D000, database ".*" does not exist\): check DATABASE_URL\.$/,
  );
  const stranger = Object.assign(new URL(url), { username: 'stranger', password: 'hunter2' }).href;
  const refused = await sentenceFor(stranger);
  expect(refused).toMatch(/^Postgres refuses to connect \(28\w+, .*stranger.*\): check DATABASE_URL\.$/);
  expect(refused).not.toContain('hunter2');
});

it('says in a sentence where the embedded database cannot be', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  writeFileSync(join(folder, 'file'), '');
  expect(await sentenceFor(undefined, join(folder, 'file', 'data'))).toMatch(
    /^The folder of the embedded database cannot be created \(ENOTDIR: .*mkdir.*\): check DATA_DIR\.$/,
  );
  writeFileSync(join(folder, 'gateway.sqlite'), 'not a database, '.repeat(100));
  expect(await sentenceFor(undefined, folder)).toMatch(
    /^The embedded database cannot be used \(.*\): check DATA_DIR\.$/,
  );
  rmSync(folder, { recursive: true });
});

it('keeps the stack of what nobody expected', () => {
  expect(explain(new RangeError('a bug'))).toMatch(/^RangeError: a bug\n {4}at /);
});
