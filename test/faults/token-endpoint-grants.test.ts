import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import {
  alerts,
  codes,
  DUE,
  EXPIRED,
  install,
  MINUTE,
  READ,
  refreshes,
  SECOND,
  statuses,
  tokenRow,
  untilTokenRow,
} from '../helpers/token-faults.ts';

/** Longer than a lease: whoever holds it may be overtaken. */
const LEASE_OVER = 4 * SECOND;
const ACTIVE = { status: 'ACTIVE', status_reason: null };
const REVOKED = { status: 'REAUTHORIZATION_REQUIRED', status_reason: 'REVOKED' };
const DEAD = JSON.stringify({
  error: 'invalid_grant',
  status: 'BAD_REFRESH_TOKEN',
  message: 'refresh token is invalid',
});
const JSON_TYPE = { 'content-type': 'application/json' };

let stack: Stack;
afterEach(() => stack.stop());

const grantsLost = () => stack.logs.filter((line) => line.includes('"msg":"grant lost"')).length;

/** Resolves when this replica has read the tokens, and so the lease on them, for the first time from now. */
function firstLook(replica: number): Promise<void> {
  return new Promise((resolve) => {
    const faults = stack.databaseFaults[replica];
    if (!faults) throw new TypeError('there is no such replica');
    faults.after = (statement) => {
      if (statement === 'select installation_tokens') resolve();
    };
  });
}

describe('on several replicas', () => {
  it('F27 takes the tokens of a sibling that rotated meanwhile', async () => {
    stack = await Stack.start({ database: 'postgres', replicas: 2, simulator: { rotation: 'strict' } });
    const installation = await install(stack);
    stack.clock.advance(EXPIRED);
    const held = stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'hold' } });
    const overtaken = stack.queryOn(0, READ);
    await held.reached(1);
    stack.clock.advance(LEASE_OVER);
    expect((await stack.queryOn(1, READ)).errors).toBeUndefined();

    held.release();
    expect((await overtaken).errors).toBeUndefined();
    expect(stack.simulator.log.tokenCalls('refresh_token').map(({ status }) => status)).toEqual([200, 400]);
    expect(await statuses(stack)).toEqual([ACTIVE]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 2, failures: 0, lease_owner: null });
    expect(grantsLost()).toBe(0);
    // Both serve with the sibling's token.
    const last = stack.simulator.log.crm().slice(-2);
    expect(last.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('F27 takes them, too, when the sibling saves between the second look and the verdict', async () => {
    stack = await Stack.start({ database: 'postgres', replicas: 2, simulator: { rotation: 'grace' } });
    const installation = await install(stack);
    stack.clock.advance(EXPIRED);
    const refused = { kind: 'answer', status: 400, body: DEAD, headers: JSON_TYPE } as const;
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: refused });
    let reads = 0;
    const [first] = stack.databaseFaults;
    if (!first) throw new TypeError('a stack has at least one replica');
    first.after = async (statement) => {
      if (statement !== 'select installation_tokens' || ++reads !== 2) return;
      stack.clock.advance(LEASE_OVER);
      expect((await stack.queryOn(1, READ)).errors).toBeUndefined();
    };
    expect((await stack.queryOn(0, READ)).errors).toBeUndefined();
    expect(reads).toBeGreaterThan(2);
    expect(await statuses(stack)).toEqual([ACTIVE]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 2, failures: 0 });
    expect(grantsLost()).toBe(0);
  });

  it('F28 tells waiters on other replicas what became of the grant, and asks HubSpot once', async () => {
    stack = await Stack.start({ database: 'postgres', replicas: 3 });
    await install(stack);
    stack.simulator.grants.uninstall(SMALL_PORTAL.hubId);
    stack.clock.advance(EXPIRED);
    const held = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'hold' } });
    const holder = stack.queryOn(0, READ);
    await held.reached(1);
    const waiting = [1, 2].map(firstLook);
    const waiters = [1, 2, 1, 2].map((replica) => stack.queryOn(replica, READ));
    await Promise.all(waiting);
    const from = stack.clock.now();
    held.remove();
    const answers = await stack.settle(Promise.all([holder, ...waiters]));
    expect(answers.map(codes)).toEqual(answers.map(() => ['REAUTHORIZATION_REQUIRED']));
    expect(stack.clock.now() - from).toBeLessThan(5 * SECOND);
    expect(refreshes(stack)).toBe(1);
    expect(grantsLost()).toBe(1);
  });
});

describe.each(DATABASE_KINDS)('on %s', (database) => {
  it('F28 marks a grant that HubSpot ended once, and asks no more', async () => {
    stack = await Stack.start({ database });
    const id = await stack.connect();
    stack.simulator.grants.uninstall(SMALL_PORTAL.hubId);
    stack.clock.advance(EXPIRED);
    const together = await stack.settle(Promise.all(Array.from({ length: 20 }, () => stack.query(READ))));
    expect(together.map(codes)).toEqual(together.map(() => ['REAUTHORIZATION_REQUIRED']));
    expect(refreshes(stack)).toBe(1);
    expect(await statuses(stack)).toEqual([REVOKED]);

    const { answer } = await stack.send(EVERYTHING, { id });
    const scopes = stack.config.hubspot.requiredScopes;
    expect(answer.errors?.map(({ path }) => path?.join('.')).sort()).toEqual(FIELDS);
    for (const { extensions } of answer.errors ?? []) {
      expect(extensions).toEqual({
        code: 'REAUTHORIZATION_REQUIRED',
        installationId: id,
        reason: 'REVOKED',
        remedy: {
          mutation: 'connectHubSpot',
          input: { installationId: id, scopes: expect.arrayContaining([...scopes]) },
        },
      });
    }
    expect(answer.data).toMatchObject({
      installation: { status: 'REAUTHORIZATION_REQUIRED', statusReason: 'REVOKED' },
    });
    stack.clock.advance(60 * MINUTE);
    expect(codes(await stack.query(READ))).toEqual(['REAUTHORIZATION_REQUIRED']);
    expect(refreshes(stack)).toBe(1);
    expect(stack.simulator.log.crm()).toEqual([]);
    expect(grantsLost()).toBe(1);

    expect(await stack.connect({ installationId: id })).toBe(id);
    expect((await stack.query(READ)).errors).toBeUndefined();
    expect(await statuses(stack)).toEqual([ACTIVE]);
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['a 400 of well-formed JSON', 400, DEAD, JSON_TYPE],
    ['a 401 of well-formed JSON', 401, DEAD, JSON_TYPE],
  ])('F29 takes its word for the end of a grant: %s', async (_case, status, body, headers) => {
    stack = await Stack.start({ database });
    await install(stack);
    stack.clock.advance(EXPIRED);
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'answer', status, body, headers } });
    expect(codes(await stack.query(READ))).toEqual(['REAUTHORIZATION_REQUIRED']);
    expect(await statuses(stack)).toEqual([REVOKED]);
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['a 403', 403, DEAD, JSON_TYPE],
    ['a 404', 404, DEAD, JSON_TYPE],
    ['a 429', 429, DEAD, JSON_TYPE],
    ['a 500', 500, DEAD, JSON_TYPE],
    ['a 503', 503, DEAD, JSON_TYPE],
    ['a 200', 200, DEAD, JSON_TYPE],
    ['plain text', 400, 'invalid_grant', { 'content-type': 'text/plain' }],
    ['plain text that was to be a 401', 401, 'BAD_REFRESH_TOKEN: invalid_grant', { 'content-type': 'text/plain' }],
    ['a page of HTML', 400, `<pre>${DEAD}</pre>`, { 'content-type': 'text/html' }],
    ['half of it', 400, DEAD.slice(0, -1), JSON_TYPE],
    ['a list', 400, `[${DEAD}]`, JSON_TYPE],
    ['nothing', 400, '', JSON_TYPE],
  ])('F29 does not believe in the end of a grant by %s', async (_case, status, body, headers) => {
    stack = await Stack.start({ database });
    const installation = await install(stack);
    await stack.query(READ);
    stack.clock.advance(DUE);
    stack.simulator.faults.add({ ...REFRESH, times: 1, fault: { kind: 'answer', status, body, headers } });
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 1, failures: 1, lease_owner: null });
    expect(await statuses(stack)).toEqual([ACTIVE]);
    // What is refused and should not be is somebody's business at once.
    const refused = status >= 400 && status < 429;
    expect(await alerts(stack, 'bad_token_answer')).toBe(refused ? 1 : 0);

    stack.clock.advance(30 * SECOND);
    expect((await stack.query(READ)).errors).toBeUndefined();
    await untilTokenRow(stack, installation, { version: 2, failures: 0 });
    expect(grantsLost()).toBe(0);
  });
});

const FIELDS = [
  'contact',
  'contactByEmail',
  'contacts',
  'deal',
  'deals',
  'installation.contacts',
  'installation.deals',
];
const EVERYTHING = /* GraphQL */ `
  query Everything($id: ID!) {
    contacts(first: 1) { nodes { id } }
    contact(id: "1") { id }
    contactByEmail(email: "a@b.example") { id }
    deals(first: 1) { nodes { id } }
    deal(id: "1") { id }
    installation(id: $id) {
      status
      statusReason
      contacts(first: 1) { nodes { id } }
      deals(first: 1) { nodes { id } }
    }
  }
`;
