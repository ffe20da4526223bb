import { DEFAULT_APP } from 'hubspot-graphql-gateway-simulator';
import { afterEach, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

const PLAIN = 'crm.objects.contacts.sensitive.read';
let stack: Stack;
afterEach(() => stack.stop());

/** An app that registered the scope under this name, as required or as optional. HubSpot introspects it with `.v2`. */
async function start(name: string, isRequired: boolean): Promise<string> {
  const requiredScopes = [...DEFAULT_APP.requiredScopes, ...(isRequired ? [name] : [])];
  const optionalScopes = isRequired ? [] : [name];
  stack = await Stack.start({
    simulator: { app: { requiredScopes, optionalScopes } },
    env: { HUBSPOT_SCOPES: requiredScopes.join(' '), HUBSPOT_OPTIONAL_SCOPES: optionalScopes.join(' ') },
  });
  return stack.connect({}, undefined, { granted: optionalScopes });
}

const introspections = () => stack.simulator.log.all().filter(({ path }) => path.endsWith('/introspect')).length;

it.each([PLAIN, `${PLAIN}.v2`])('a scope that the app registered as %s is granted, not missing', async (name) => {
  await start(name, true);
  const { data } = await stack.query('{ installation { grantedScopes missingScopes } }');
  expect(data).toEqual({
    installation: { grantedScopes: [...DEFAULT_APP.requiredScopes, PLAIN].sort(), missingScopes: [] },
  });
});

it.each([PLAIN, `${PLAIN}.v2`])('a new consent asks for %s again, under this name', async (name) => {
  const installationId = await start(name, false);
  const { data } = await stack.query(
    'mutation ($id: ID!) { connectHubSpot(input: { installationId: $id }) { optionalScopes } }',
    { id: installationId },
  );
  expect(data).toEqual({ connectHubSpot: { optionalScopes: [name] } });
});

it.each([PLAIN, `${PLAIN}.v2`])('%s can be named in either way', async (name) => {
  await start(name, false);
  const optionalScopes = [PLAIN];
  const { data } = await stack.query(
    'mutation ($input: ConnectHubSpotInput) { connectHubSpot(input: $input) { optionalScopes } }',
    { input: { optionalScopes } },
  );
  expect(data).toEqual({ connectHubSpot: { optionalScopes: [name] } });
});

it('a refresh, which HubSpot answers without the suffix, is no changed grant', async () => {
  const id = await start(PLAIN, false);
  expect(introspections()).toBe(1);
  stack.clock.advance(60_000);
  const { data } = await stack.settle(
    stack.query('mutation ($id: ID!) { refreshInstallation(installationId: $id) { installation { status } } }', { id }),
  );
  expect(data).toEqual({ refreshInstallation: { installation: { status: 'ACTIVE' } } });
  expect(introspections()).toBe(1);
});
