import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { dump, spellingsIn } from '../contracts/dump.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, JWT_SECRET, Stack } from '../helpers/stack.ts';

const CONTACTS = '{ contacts(first: 1) { nodes { hubspotId } } }';
const MINUTE = 60_000;

describe.each(DATABASE_KINDS)('on %s', (database) => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await Stack.start({ database });
  });
  afterEach(() => stack.stop());

  it('no secret reaches a log, an answer, a metric, a URL or a column in any spelling', async () => {
    const seen: string[] = [];
    const ask = async (query: string, variables: object = {}, viewer = ALICE) => {
      const { raw, answer } = await stack.settle(stack.send(query, variables, viewer));
      seen.push(JSON.stringify(answer), JSON.stringify([...raw.headers].filter(([name]) => name !== 'set-cookie')));
      return answer;
    };
    const browser = new Browser();
    const states: string[] = [];
    const flow = async (elsewhere: boolean) => {
      const callback = await stack.consent(browser, await stack.startFlow(browser));
      states.push(new URL(callback).searchParams.get('state') ?? '', new URL(callback).searchParams.get('code') ?? '');
      const landed = await (elsewhere ? new Browser() : browser).get(callback);
      seen.push(await landed.text(), landed.headers.get('location') ?? '');
    };
    await flow(false);
    await flow(true);
    await ask(CONTACTS);
    stack.clock.advance(31 * MINUTE);
    await ask(CONTACTS);
    stack.simulator.faults.add({ match: '^GET /crm', times: 2, fault: { kind: 'answer', status: 500, body: 'oops' } });
    await ask(CONTACTS);
    stack.simulator.grants.revokeAccessTokens();
    await ask(CONTACTS);
    stack.simulator.faults.add({ match: '^POST /oauth/.*/token$', times: 1, fault: { kind: 'reset', at: 'mid-body' } });
    stack.clock.advance(31 * MINUTE);
    await ask(CONTACTS);
    seen.push(await (await fetch(`${stack.url}/metrics`)).text());

    const secrets = new Set([...states, ...secretsOnTheWire(), stack.config.hubspot.clientSecret, JWT_SECRET]);
    secrets.add(stack.config.encryptionKeys[0]?.key.toString('base64') ?? '');
    secrets.delete('');
    expect(secrets.size).toBeGreaterThan(10);
    const places = { log: stack.logs.join(''), answers: seen.join('\n'), database: await dump(stack.db.database) };
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) expect({ place, found: spellingsIn(text, secret) }).toEqual({ place, found: [] });
    }
  });

  /** Every code, verifier and token that the simulator was sent or handed out. */
  function secretsOnTheWire(): string[] {
    const names = ['code', 'code_verifier', 'refresh_token', 'token'];
    const sent = stack.simulator.log.all().flatMap(({ body, token = '' }) => {
      const fields = typeof body === 'object' && body !== null ? body : {};
      return [token, ...names.map((name) => String(Reflect.get(fields, name) ?? ''))];
    });
    return sent.filter((value) => value.length > 8);
  }

  const ALTERED = { code: 'REAUTHORIZATION_REQUIRED', alerts: 'kind="decryption_failed"} 2' };
  const KEYLESS = { code: 'STORAGE_UNAVAILABLE', alerts: 'kind="missing_key"} 1' };

  it.each([
    ['in clear', ALTERED, () => 'CKP-a-token-in-clear'],
    ['cut', ALTERED, (encrypted: string) => encrypted.slice(0, -4)],
    [
      'with one letter changed',
      ALTERED,
      (encrypted: string) => `${encrypted.slice(0, -6)}${encrypted.at(-6) === 'A' ? 'B' : 'A'}${encrypted.slice(-5)}`,
    ],
    ['empty', ALTERED, () => ''],
    ['encrypted with a key that is gone', KEYLESS, (encrypted: string) => encrypted.replace('v1.k1.', 'v1.k0.')],
  ])(
    'a stored token that is %s is refused, with an alert and without a call',
    async (_name, { code, alerts }, alter) => {
      await stack.connect();
      const { query } = stack.db.database;
      const row = await query.selectFrom('installation_tokens').selectAll().executeTakeFirstOrThrow();
      for (const column of ['access_token', 'refresh_token'] as const) {
        await query
          .updateTable('installation_tokens')
          .set({ [column]: alter(row[column] ?? '') })
          .execute();
        stack.simulator.log.clear();
        const answer = await stack.query(CONTACTS);
        expect(answer.errors?.[0]?.extensions).toMatchObject({ code });
        expect(stack.simulator.log.all()).toEqual([]);
        await query
          .updateTable('installation_tokens')
          .set({ [column]: row[column] })
          .execute();
      }
      const metrics = await (await fetch(`${stack.url}/metrics`)).text();
      expect(metrics).toContain(`gateway_alerts_total{${alerts}`);
      expect((await stack.query(CONTACTS)).errors).toBeUndefined();
    },
  );

  it('a query with a fresh token costs no statement', async () => {
    await stack.connect();
    await stack.query(CONTACTS);
    const [faults] = stack.databaseFaults;
    const before = faults?.statements;
    for (let turn = 0; turn < 20; turn += 1) expect((await stack.query(CONTACTS)).errors).toBeUndefined();
    expect(faults?.statements).toBe(before);
  });
});
