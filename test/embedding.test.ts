import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import jwt from 'jsonwebtoken';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { createGateway, type Gateway } from '../src/gateway.ts';
import { silentLogger } from '../src/lib/logging/logger.ts';
import { openDatabase } from '../src/storage/database.ts';
import { createPostgresDatabase } from './helpers/databases.ts';
import { collectingLogger } from './helpers/logs.ts';
import { ALICE, JWT_SECRET, testEnv } from './helpers/stack.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A gateway that another server asks by `fetch`, and that never listens. */
function embedded(env: Readonly<Record<string, string>> = {}): Gateway {
  const settings = { ...testEnv('http://localhost:1'), DATABASE_URL: '', DATA_DIR: join(folder, 'data'), ...env };
  return createGateway(loadConfig(settings), { logger: silentLogger });
}

function installations(url = 'https://host.example/graphql'): Request {
  const token = jwt.sign({ ...ALICE }, JWT_SECRET, {
    issuer: 'https://issuer.example',
    audience: 'gateway',
    expiresIn: 60,
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Request(url, { method: 'POST', headers, body: JSON.stringify({ query: '{ installations { id } }' }) });
}

const NONE = { data: { installations: [] } };

it('answers by fetch without listening, from the first request on', async () => {
  const gateway = embedded();
  const answers = await Promise.all([gateway.fetch(installations()), gateway.fetch(installations())]);
  for (const answer of answers) expect(await answer.json()).toEqual(NONE);
  expect((await gateway.fetch(new Request('https://host.example/health/ready'))).status).toBe(200);
  await gateway.close();
});

it('answers below the path of the public URL, where a framework mounts it', async () => {
  const gateway = embedded({ PUBLIC_URL: 'https://host.example/crm' });
  expect(await (await gateway.fetch(installations('https://host.example/crm/graphql'))).json()).toEqual(NONE);
  await gateway.close();
});

it('opens nothing before it is used, and closes all the same', async () => {
  const unused = embedded();
  await unused.close();
  expect(readdirSync(folder)).toEqual([]);
  await expect(unused.start()).rejects.toThrow('the gateway is closed');
  expect((await unused.fetch(new Request('https://host.example/health/live'))).status).toBe(200);
  expect((await unused.fetch(new Request('https://host.example/health/ready'))).status).toBe(503);
  expect(readdirSync(folder)).toEqual([]);
});

it('starts again after a start that failed, and is alive meanwhile', async () => {
  const { url, drop } = await createPostgresDatabase();
  const name = new URL(url).pathname.slice(1);
  await drop();
  const gateway = embedded({ DATABASE_URL: url });
  await expect(gateway.start()).rejects.toThrow(/does not exist/);
  expect((await gateway.fetch(new Request('https://host.example/health/live'))).status).toBe(200);
  expect((await gateway.fetch(new Request('https://host.example/health/ready'))).status).toBe(503);
  const server = openDatabase({ url: url.replace(name, 'postgres'), dataDir: '', clock: new ManualClock() });
  await sql`create database ${sql.id(name)}`.execute(server.query);
  expect(await (await gateway.fetch(installations())).json()).toEqual(NONE);
  await gateway.close();
  await sql`drop database ${sql.id(name)}`.execute(server.query);
  await server.close();
});

it('closes although its database never does, and says so', async () => {
  const lines: string[] = [];
  const config = loadConfig(testEnv('http://localhost:1'));
  const database = openDatabase({ url: 'memory:', dataDir: '', clock: new ManualClock() });
  const hanging = { ...database, close: () => new Promise<void>(() => {}) };
  const gateway = createGateway(config, { logger: collectingLogger(lines), database: hanging });
  await gateway.start();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const closed = gateway.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
  } finally {
    vi.useRealTimers();
  }
  expect(lines.at(-1)).toContain('"msg":"stopped, although HubSpot or the database has not answered yet"');
  await database.close();
});
