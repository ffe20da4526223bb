import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../../packages/simulator/test/helpers/browser.ts';
import { faultsOf } from '../helpers/broken-replica.ts';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import { EXPIRED, install, READ } from '../helpers/token-faults.ts';

const AWAY = {
  message: "The gateway's database is not available at the moment.",
  extensions: { code: 'STORAGE_UNAVAILABLE', retryAfterMs: 1_000 },
};

describe.each(DATABASE_KINDS)('while %s is away', (database) => {
  let stack: Stack;
  let id: string;
  beforeEach(async () => {
    stack = await Stack.start({ database });
    ({ id } = await install(stack));
    // The installations are known, and no token is.
    await stack.query('{ installations { id } }');
  });
  afterEach(() => stack.stop());

  function away(): void {
    faultsOf(stack).before = () => {
      throw Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });
    };
  }

  it.each([
    ['the first query of a tenant', READ, { tenant: 'globex' }],
    ['a query whose token is not known', READ, {}],
    ['the expiry of a token', '{ installations { accessTokenExpiresAt } }', {}],
    ['a start to connect', 'mutation { connectHubSpot { authorizeUrl } }', {}],
    [
      'the word of who started',
      `mutation { completeHubSpotConnection(connection: "${'a'.repeat(43)}") { installation { id } } }`,
      {},
    ],
    ['a refresh', 'mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { id } } }', {}],
    ['a disconnect', 'mutation ($id: ID!) { disconnectInstallation(installationId: $id) { installation { id } } }', {}],
  ])('%s is STORAGE_UNAVAILABLE, and HubSpot is asked nothing', async (_what, operation, viewer) => {
    away();
    const variables = operation.includes('$id') ? { id } : {};
    const asking = { sub: 'alice', tenant: 'acme', scope: 'hubspot:read hubspot:connect', ...viewer };
    const { errors } = await stack.settle(stack.query(operation, variables, asking));
    expect(errors).toMatchObject([AWAY]);
    expect(stack.simulator.log.all()).toEqual([]);
  });

  it('a browser that comes back sees a page with status 503, and may try again when it is over', async () => {
    const browser = new Browser();
    const callback = await stack.consent(browser, await stack.startFlow(browser));
    away();
    const response = await stack.settle(browser.get(callback));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(response.headers.get('content-type')).toContain('text/html');
    faultsOf(stack).clear();
    // The state was not spent.
    expect((await browser.get(callback)).headers.get('location')).toContain('hubspot=connected');
  });

  it('nothing of it is an error of the process: the log has one warning, and no error', async () => {
    stack.clock.advance(EXPIRED);
    away();
    for (let query = 0; query < 3; query += 1) await stack.query(READ);
    const lines = stack.logs.map((line): { level: string; msg: string } => JSON.parse(line));
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      'the database is not available',
    ]);
  });
});
