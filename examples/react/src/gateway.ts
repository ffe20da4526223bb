import { createGatewayClient, createRefusals } from 'hubspot-graphql-gateway-client';
import { recorded } from './demo/recorder.ts';

/** In your application, ask your own backend or identity server: the gateway accepts the JWTs that it issues. */
async function getToken(): Promise<string> {
  token ??= fetch('/demo/token').then(async (response) => ((await response.json()) as { token: string }).token);
  return token;
}

let token: Promise<string> | undefined;

/** `recorded` shows the HubSpot calls of the demo; your application does not need it. */
export const gateway = recorded(createGatewayClient({ url: '/graphql', getToken, refusals: createRefusals() }));
