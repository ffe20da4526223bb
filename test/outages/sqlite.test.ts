import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FULL, Outage, TIMEOUT_MS, underLoad } from '../helpers/outages.ts';
import { type Answer, Stack } from '../helpers/stack.ts';
import { codes, READ } from '../helpers/token-faults.ts';

const CONNECT = 'mutation { connectHubSpot { authorizeUrl } }';

let outage: Outage;
beforeEach(() => {
  outage = new Outage();
});
afterEach(() => outage.end());

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gateway-sqlite-'));
  outage.cleanUp(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it(
  'loses nothing while another process locks the file, and reads go on',
  async () => {
    const dataDir = folder();
    const { fleet, clients } = await outage.start({ dataDir, replicas: 1, simulator: {} });
    const other = new DatabaseSync(join(dataDir, 'gateway.sqlite'));
    outage.cleanUp(() => other.close());
    other.exec('begin exclusive');
    // Writers wait for five seconds, and then say so.
    await expect.poll(() => clients.codes.has('STORAGE_UNAVAILABLE'), { timeout: 30_000 }).toBe(true);
    if (FULL) await new Promise((resolve) => setTimeout(resolve, 30_000));
    other.exec('rollback');
    await outage.expectUnharmed('locked by another process');
    expect(clients.failedReads).toBe(0);
    expect(fleet.lines.find((line) => line.includes('"reason":"busy"'))).toContain(
      '"remedy":"Find out who holds locks',
    );
  },
  TIMEOUT_MS,
);

it.runIf(FULL)(
  'loses nothing while the disk is full (needs the right to mount)',
  async () => {
    const disk = folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
    outage.cleanUp(() => execFileSync('umount', [disk]));
    const simulator = { accessTokenLifeMs: 1_000, rotation: 'strict' } as const;
    const { fleet, clients } = await outage.start({ dataDir: join(disk, 'data'), replicas: 1, simulator });
    const filler = join(disk, 'filler');
    const fill = () => {
      for (const size of [1 << 20, 1 << 16, 1 << 12]) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch {}
      }
    };
    const filling = setInterval(fill, 50);
    await expect.poll(() => clients.codes.has('STORAGE_UNAVAILABLE'), { timeout: 60_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    clearInterval(filling);
    rmSync(filler);
    await underLoad(clients);
    await outage.expectUnharmed('disk full');
    expect(fleet.lines.some((line) => line.includes('"reason":"full"'))).toBe(true);
  },
  TIMEOUT_MS,
);

it.each([
  ['takes no writes', 'query_only = 1', 'query_only = 0'],
  ['has no page left', 'max_page_count = 1', 'max_page_count = 1000000'],
])('serves what needs no write while the file %s', async (_state, begin, end) => {
  const stack = await Stack.start();
  outage.cleanUp(() => stack.stop());
  await stack.connect();
  const { query } = stack.db.database;
  const pragma = (setting: string) => sql`pragma ${sql.raw(setting)}`.execute(query);
  // So that there is no free page to be used again.
  await sql`vacuum`.execute(query);
  await pragma(begin);
  const connects: Answer[] = [];
  for (let turn = 0; turn < 50; turn += 1) {
    const [read, connect] = await Promise.all([stack.query(READ), stack.query(CONNECT)]);
    expect(codes(read)).toEqual([]);
    connects.push(connect);
  }
  const failed = connects.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions));
  expect(failed.length).toBeGreaterThan(0);
  for (const extensions of failed) expect(extensions).toEqual({ code: 'STORAGE_UNAVAILABLE', retryAfterMs: 1_000 });
  await pragma(end);
  expect(codes(await stack.query(CONNECT))).toEqual([]);
});
