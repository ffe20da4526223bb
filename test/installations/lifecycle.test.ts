import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { ALICE, Stack } from '../helpers/stack.ts';

const REFRESH_NOW =
  'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { status accessTokenExpiresAt } } }';
const DISCONNECT = `mutation ($id: ID!, $uninstall: Boolean) {
  disconnectInstallation(installationId: $id, uninstall: $uninstall) { installation { id status statusReason accessTokenExpiresAt } }
}`;
const CONTACTS = '{ contacts(first: 1) { nodes { hubspotId } } }';
const MINUTE = 60_000;

describe.each(DATABASE_KINDS)('an installation on %s', (database) => {
  let stack: Stack;
  let id: string;
  beforeEach(async () => {
    stack = await Stack.start({ database });
    id = await stack.connect();
  });
  afterEach(() => stack.stop());

  const calls = (path: string) => stack.simulator.log.all().filter((request) => request.path.endsWith(path));
  const code = (answer: Awaited<ReturnType<Stack['query']>>) => answer.errors?.[0]?.extensions?.code;

  it('is refreshed on demand, at any age of its token', async () => {
    stack.clock.advance(10 * MINUTE);
    const { data } = await stack.query(REFRESH_NOW, { id });
    expect(data).toEqual({
      refreshInstallation: { installation: { status: 'ACTIVE', accessTokenExpiresAt: '2026-11-23T09:40:00.000Z' } },
    });
    expect(stack.simulator.log.tokenCalls('refresh_token')).toHaveLength(1);
  });

  it('is disconnected at once, and revoked at HubSpot afterwards', async () => {
    await stack.query(CONTACTS);
    const { data } = await stack.query(DISCONNECT, { id });
    expect(data).toEqual({
      disconnectInstallation: {
        installation: {
          id,
          status: 'DISCONNECTED',
          statusReason: 'DISCONNECTED_BY_VIEWER',
          accessTokenExpiresAt: null,
        },
      },
    });
    const calledBefore = stack.simulator.log.crm().length;
    const refused = await stack.query(CONTACTS);
    expect(refused.errors?.[0]?.extensions).toEqual({
      code: 'NOT_CONNECTED',
      remedy: { mutation: 'connectHubSpot', input: {} },
    });
    expect(stack.simulator.log.crm()).toHaveLength(calledBefore);
    await expect.poll(() => calls('/revoke').map(({ status }) => status)).toEqual([200]);
  });

  it('is disconnected while HubSpot is away, and revoked when it is back', async () => {
    const outage = stack.simulator.faults.add({ match: '/revoke$', fault: { kind: 'answer', status: 503 } });
    expect((await stack.query(DISCONNECT, { id })).errors).toBeUndefined();
    await outage.reached(1);
    expect(code(await stack.query(CONTACTS))).toBe('NOT_CONNECTED');
    outage.remove();
    await stack.settle(
      expect.poll(() => calls('/revoke').filter(({ status }) => status === 200).length, { timeout: 15_000 }).toBe(1),
    );
  });

  it('takes the app out of the portal when asked to', async () => {
    await stack.query(DISCONNECT, { id, uninstall: true });
    await expect
      .poll(() => calls('/external-install').map(({ method, status }) => [method, status]))
      .toEqual([['DELETE', 204]]);
    await expect.poll(() => calls('/revoke').length).toBe(1);
  });

  it('comes back under its id when the portal is connected again', async () => {
    await stack.query(DISCONNECT, { id });
    expect(await stack.connect()).toBe(id);
    const { data } = await stack.query(
      '{ installation { id status statusReason } contacts(first: 1) { nodes { hubspotId } } }',
    );
    expect(data).toEqual({
      installation: { id, status: 'ACTIVE', statusReason: null },
      contacts: { nodes: [{ hubspotId: '100001' }] },
    });
  });

  it('belongs to its tenant alone', async () => {
    const mallory = { ...ALICE, tenant: 'evil' };
    for (const mutation of [REFRESH_NOW, DISCONNECT]) {
      const foreign = await stack.query(mutation, { id }, mallory);
      const missing = await stack.query(mutation, { id: 'Installation:nowhere' }, mallory);
      expect(code(foreign)).toBe('NOT_FOUND');
      expect(foreign).toEqual(missing);
    }
    expect((await stack.query(CONTACTS)).errors).toBeUndefined();
  });

  it('needs the permission hubspot:connect for either', async () => {
    const reader = { ...ALICE, scope: 'hubspot:read' };
    for (const mutation of [REFRESH_NOW, DISCONNECT])
      expect(code(await stack.query(mutation, { id }, reader))).toBe('FORBIDDEN');
  });

  it('sleeps for months without a call, and wakes at the first query', async () => {
    stack.simulator.log.clear();
    stack.clock.advance(120 * 24 * 60 * MINUTE);
    expect(stack.simulator.log.all()).toEqual([]);
    expect((await stack.query(CONTACTS)).errors).toBeUndefined();
    expect(stack.simulator.log.tokenCalls('refresh_token')).toHaveLength(1);
  });

  it('learns of other scopes by a refresh', async () => {
    const scopes = ['oauth', 'crm.objects.contacts.read'];
    const rule = stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'rewrite', set: { scopes } } });
    const introspection = stack.simulator.faults.add({
      match: '/introspect$',
      fault: { kind: 'rewrite', set: { scopes } },
    });
    stack.clock.advance(31 * MINUTE);
    await stack.query(CONTACTS);
    await introspection.reached(1);
    rule.remove();
    const granted = async () => {
      const { data } = await stack.query('{ installation { grantedScopes } }');
      return (data as unknown as { installation: { grantedScopes: string[] } }).installation.grantedScopes;
    };
    await expect.poll(granted).toEqual(['crm.objects.contacts.read', 'oauth']);
    expect(code(await stack.query('{ deals { nodes { id } } }'))).toBe('MISSING_SCOPES');
  });

  it('learns of a grant that shrank when HubSpot refuses, and says what is missing', async () => {
    const forbidden = {
      kind: 'answer',
      status: 403,
      body: '{"category":"MISSING_SCOPES"}',
      headers: { 'content-type': 'application/json' },
    } as const;
    stack.simulator.faults.add({ match: '^GET /crm/.*/deals', fault: forbidden });
    const first = await stack.query('{ deals { nodes { id } } }');
    expect(code(first)).toBe('HUBSPOT_FORBIDDEN');
    expect(calls('/introspect')).toHaveLength(2);
    await stack.query('{ deals { nodes { id } } }');
    expect(calls('/introspect')).toHaveLength(2);

    stack.clock.advance(2 * MINUTE);
    stack.simulator.faults.add({ match: '/introspect$', fault: { kind: 'rewrite', set: { scopes: ['oauth'] } } });
    const shrunk = await stack.query('{ deals { nodes { id } } }');
    expect(shrunk.errors?.[0]?.extensions).toMatchObject({
      code: 'MISSING_SCOPES',
      coordinate: 'Query.deals',
      missingScopes: ['crm.objects.deals.read'],
    });
  });

  it('is restored under its id after its grant died', async () => {
    stack.simulator.grants.uninstall(1_234_567);
    stack.clock.advance(31 * MINUTE);
    expect(code(await stack.query(CONTACTS))).toBe('REAUTHORIZATION_REQUIRED');
    const browser = new Browser();
    await browser.get(await stack.consent(browser, await stack.startFlow(browser, { installationId: id })));
    const { data } = await stack.query('{ installation { id status } contacts(first: 1) { nodes { hubspotId } } }');
    expect(data).toMatchObject({ installation: { id, status: 'ACTIVE' }, contacts: { nodes: [{}] } });
  });
});
