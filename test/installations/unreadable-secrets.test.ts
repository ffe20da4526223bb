import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, type Answer, Stack } from '../helpers/stack.ts';

const CONTACTS = '{ contacts(first: 1) { nodes { hubspotId } } }';
const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };
const HOUR = 60 * 60 * 1000;
const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions?.code) ?? [];
const flipped = (encrypted: string) =>
  `${encrypted.slice(0, -6)}${encrypted.at(-6) === 'A' ? 'B' : 'A'}${encrypted.slice(-5)}`;

describe.each(DATABASE_KINDS)('a stored secret that was altered, on %s', (database) => {
  let stack: Stack;
  let id: string;
  beforeEach(async () => {
    stack = await Stack.start({ database });
    id = await stack.connect();
    await stack.connect({}, BOB);
  });
  afterEach(() => stack.stop());

  const db = () => stack.db.database.query;

  async function alterTokens(): Promise<void> {
    const row = await db()
      .selectFrom('installation_tokens')
      .selectAll()
      .where('installation_id', '=', id)
      .executeTakeFirstOrThrow();
    await db()
      .updateTable('installation_tokens')
      .set({ access_token: flipped(row.access_token ?? ''), refresh_token: flipped(row.refresh_token ?? '') })
      .where('installation_id', '=', id)
      .execute();
  }

  it('requests a new consent, which fixes it; other installations continue', async () => {
    await alterTokens();
    const { errors } = await stack.query(CONTACTS);
    expect(errors?.[0]).toMatchObject({
      message: 'The stored consent for this portal cannot be read. Connect it again.',
      extensions: {
        code: 'REAUTHORIZATION_REQUIRED',
        installationId: id,
        reason: null,
        remedy: { mutation: 'connectHubSpot', input: { installationId: id } },
      },
    });
    const refresh = await stack.query(
      'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { id } } }',
      {
        id,
      },
    );
    expect(codes(refresh)).toEqual(['REAUTHORIZATION_REQUIRED']);
    expect(codes(await stack.query(CONTACTS, {}, BOB))).toEqual([]);
    expect(stack.logs.join('\n')).toContain('"alert":"decryption_failed"');

    expect(await stack.connect({ installationId: id })).toBe(id);
    expect(codes(await stack.query(CONTACTS))).toEqual([]);
  });

  it('can be disconnected, and connected again', async () => {
    await alterTokens();
    const disconnect =
      'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { status } } }';
    const { data } = await stack.query(disconnect, { id });
    expect(data).toMatchObject({ disconnectInstallation: { installation: { status: 'DISCONNECTED' } } });
    expect(await stack.connect()).toBe(id);
    expect(codes(await stack.query(CONTACTS))).toEqual([]);
  });

  it('of a flow ends the flow with the page of an unknown link, and the next flow works', async () => {
    const browser = new Browser();
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    await db().updateTable('authorization_requests').set({ code_verifier: 'v1.k1.broken' }).execute();
    const page = await browser.get(callback);
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining('Start again')]);
    expect(await stack.connect()).toBe(id);
  });

  it('of a revocation delays no other revocation, and raises an alert every hour', async () => {
    const faults = stack.databaseFaults[0];
    if (faults === undefined) throw new TypeError('the stack has no replica');
    stack.simulator.faults.clear();
    const disconnect = 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { id } } }';
    // Nobody works it off before it is altered.
    faults.before = (statement) => {
      if (statement === 'select revocations') throw Object.assign(new Error('database is locked'), { errcode: 5 });
    };
    await stack.query(disconnect, { id });
    await db().updateTable('revocations').set({ refresh_token: 'v1.k1.broken' }).execute();
    const { installations } = (await stack.query('{ installations { id } }', {}, BOB)).data as unknown as {
      installations: { id: string }[];
    };
    await stack.query(disconnect, { id: installations[0]?.id }, BOB);
    faults.clear();

    const left = () => db().selectFrom('revocations').select('installation_id').execute();
    const alerts = () => stack.logs.filter((line) => line.includes('"alert":"decryption_failed"')).length;
    stack.clock.advance(30_000);
    await expect.poll(left).toEqual([{ installation_id: id }]);
    await expect.poll(alerts).toBe(1);
    for (let passed = 0; passed < HOUR - 60_000; passed += 30_000) stack.clock.advance(30_000);
    await expect.poll(left).toEqual([{ installation_id: id }]);
    expect(alerts()).toBe(1);
    await expect
      .poll(() => {
        stack.clock.advance(30_000);
        return alerts();
      })
      .toBe(2);
  });
});
