import { REFRESH } from 'hubspot-graphql-gateway-simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, install, READ } from '../helpers/token-faults.ts';

let stack: Stack;
afterEach(() => stack.stop());

describe.each(DATABASE_KINDS)('on %s', (database) => {
  it.each([
    ['NUL', '\u0000'],
    ['half of a surrogate pair', '\ud800'],
  ])('a consent is stored although HubSpot names portal, person or a scope with %s', async (_name, odd) => {
    stack = await Stack.start({ database });
    const scopes = [...stack.config.hubspot.requiredScopes, `odd${odd}`, 'two words', ''];
    stack.simulator.faults.add({
      match: '/token/introspect$',
      fault: { kind: 'rewrite', set: { hub_domain: `a${odd}.example`, user: `${odd}@a.example`, scopes } },
    });
    await stack.connect();
    const { data } = await stack.query('{ installations { hubDomain installedBy grantedScopes } }');
    const grantedScopes = [...stack.config.hubspot.requiredScopes].sort();
    expect(data).toMatchObject({ installations: [{ hubDomain: null, installedBy: null }] });
    const { installations } = data as unknown as { installations: { grantedScopes: string[] }[] };
    expect([...(installations[0]?.grantedScopes ?? [])].sort()).toEqual(grantedScopes);
  });
});

it.each(['\u0000', '\r\nx: y', '\ud800', 'é', '\u007f'])(
  'F24 an access token that holds %j is no token: it stands in no header',
  async (odd) => {
    stack = await Stack.start();
    await install(stack);
    stack.clock.advance(EXPIRED);
    stack.simulator.faults.add({ ...REFRESH, fault: { kind: 'rewrite', set: { access_token: `token${odd}` } } });
    expect(codes(await stack.query(READ))).toEqual(['HUBSPOT_UNAVAILABLE']);
  },
);
