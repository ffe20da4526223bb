import { createSimulator, DEFAULT_APP, type SimulatorOptions } from 'hubspot-graphql-gateway-simulator';
import type { HubspotAccess } from './contenders.ts';
import { answer } from './ipc.ts';

// The repository's simulator in a process of its own; its options come as JSON.
const simulator = createSimulator(JSON.parse(process.argv[2] ?? '{}') as SimulatorOptions); // From our own parent.
const url = await simulator.listen();

/** A new consent to the first portal. */
answer('access', (): HubspotAccess => {
  const { grants, portals } = simulator;
  const [portal] = portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const { accessToken, refreshToken } = grants.issueTokens({ portal, scopes: DEFAULT_APP.requiredScopes });
  return { url, hubId: portal.hubId, accessToken: accessToken.token, refreshToken };
});
answer('statistics', () => simulator.log.statistics());
answer('reset', () => simulator.log.resetStatistics());
