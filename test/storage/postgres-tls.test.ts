import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { explain } from '../../src/cli/explain.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createCertificateAuthority, EXPIRED } from '../helpers/certificates.ts';
import { startPostgresTlsFront } from '../helpers/tls.ts';

const ca = createCertificateAuthority();
const other = createCertificateAuthority('Another CA');
const good = ca.issue(['localhost', '127.0.0.1']);

type Front = Awaited<ReturnType<typeof startPostgresTlsFront>>;
let folder: string;
let front: Front;
let elsewhere: Front;
let expired: Front;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  writeFileSync(join(folder, 'ca.pem'), ca.cert);
  writeFileSync(join(folder, 'other.pem'), other.cert);
  const { hostname, port } = new URL(inject('postgresUrl'));
  const target = { host: hostname, port: Number(port || 5432) };
  front = await startPostgresTlsFront(target, good);
  elsewhere = await startPostgresTlsFront(target, ca.issue(['db.example']));
  expired = await startPostgresTlsFront(target, ca.issue(['localhost'], EXPIRED));
});
afterAll(async () => {
  await Promise.all([front.close(), elsewhere.close(), expired.close()]);
  rmSync(folder, { recursive: true });
});

/** Undefined where the database answers, else the sentence for a person. */
async function ask(through: Front, query: string): Promise<string | undefined> {
  const url = Object.assign(new URL(inject('postgresUrl')), { hostname: 'localhost', port: String(through.port) });
  url.search = query.replaceAll('CA', join(folder, 'ca.pem')).replaceAll('OTHER', join(folder, 'other.pem'));
  const database = openDatabase({ url: url.href, dataDir: '', clock: new ManualClock() });
  const failure = await sql`select 1`.execute(database.query).then(
    () => undefined,
    (error: unknown) => explain(error),
  );
  await database.close();
  return failure;
}

describe('TLS to Postgres', () => {
  it.each(['prefer', 'require', 'verify-ca', 'verify-full'])('checks CA and host with sslmode=%s', async (mode) => {
    expect(await ask(front, `sslmode=${mode}&sslrootcert=CA`)).toBeUndefined();
    for (const query of [`sslmode=${mode}`, `sslmode=${mode}&sslrootcert=OTHER`]) {
      expect(await ask(front, query)).toMatch(
        /^Postgres's certificate comes from a CA that is not known here \(\w+\): /,
      );
    }
    expect(await ask(elsewhere, `sslmode=${mode}&sslrootcert=CA`)).toMatch(
      /^Postgres's certificate is for another host/,
    );
    expect(await ask(expired, `sslmode=${mode}&sslrootcert=CA`)).toMatch(/is not valid today \(CERT_HAS_EXPIRED\)/);
  });

  it.each(['sslmode=no-verify', 'sslmode=require&uselibpqcompat=true'])('checks nothing with %s', async (query) => {
    const before = front.encrypted();
    for (const through of [front, elsewhere, expired]) expect(await ask(through, query)).toBeUndefined();
    expect(front.encrypted()).toBe(before + 1);
  });

  it('checks the CA alone as libpq does, if it is asked to', async () => {
    const query = 'sslmode=verify-ca&uselibpqcompat=true&sslrootcert=';
    expect(await ask(elsewhere, `${query}CA`)).toBeUndefined();
    expect(await ask(elsewhere, `${query}OTHER`)).toMatch(/a CA that is not known here/);
  });

  it.each(['', 'sslmode=disable'])('is not spoken with %j', async (query) => {
    const before = front.plain();
    expect(await ask(front, query)).toBeUndefined();
    expect(front.plain()).toBe(before + 1);
  });

  it('prints no warning in any mode', async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error) => void warnings.push(warning);
    process.on('warning', keep);
    for (const mode of ['prefer', 'require', 'verify-ca']) await ask(front, `sslmode=${mode}&sslrootcert=CA`);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });
});
