import { randomBytes } from 'node:crypto';
import { createSimulator, DEFAULT_APP, type Simulator } from 'hubspot-graphql-gateway-simulator';
import jwt from 'jsonwebtoken';
import { loadConfig } from './config.ts';
import { createGateway } from './gateway.ts';

export interface Demo {
  /** The text that the command prints. */
  readonly introduction: string;
  close(): Promise<void>;
}

const QUERY = `query FirstContacts {
  contacts(first: 5) {
    nodes {
      firstName
      lastName
      email
      deals(first: 2) {
        nodes {
          name
          amount
        }
      }
    }
  }
}`;

const DAY_S = 24 * 60 * 60;
const PERMISSIONS = 'hubspot:read hubspot:write hubspot:connect';

/** Starts a gateway with a simulated HubSpot, an in-memory database, and one portal that is connected through OAuth. */
export async function runDemo(port: string): Promise<Demo> {
  const simulator = createSimulator();
  try {
    return await runBeside(simulator, port);
  } catch (error) {
    await simulator.close();
    throw error;
  }
}

async function runBeside(simulator: Simulator, port: string): Promise<Demo> {
  const hubspotUrl = await simulator.listen();
  const secret = randomBytes(32).toString('base64url');
  const config = loadConfig({
    PORT: port,
    DATABASE_URL: 'memory:',
    HUBSPOT_API_URL: hubspotUrl,
    HUBSPOT_AUTHORIZE_URL: `${hubspotUrl}/oauth/authorize`,
    HUBSPOT_CLIENT_ID: DEFAULT_APP.clientId,
    HUBSPOT_CLIENT_SECRET: DEFAULT_APP.clientSecret,
    HUBSPOT_SCOPES: DEFAULT_APP.requiredScopes.join(' '),
    HUBSPOT_OPTIONAL_SCOPES: DEFAULT_APP.optionalScopes.join(' '),
    ENCRYPTION_KEYS: `demo:${randomBytes(32).toString('base64')}`,
    AUTH_JWT_SECRET: secret,
    AUTH_JWT_ISSUER: 'hubspot-gateway-demo',
    AUTH_JWT_AUDIENCE: 'hubspot-gateway',
    LOG_LEVEL: 'warn',
  });
  const claims = { sub: 'demo-user', tenant: 'demo', scope: PERMISSIONS };
  const token = jwt.sign(claims, secret, {
    issuer: config.auth.issuer,
    audience: config.auth.audience,
    expiresIn: DAY_S,
  });
  const gateway = createGateway(config, {
    graphiql: { query: QUERY, headers: JSON.stringify({ authorization: `Bearer ${token}` }, null, 2) },
  });
  try {
    const url = await gateway.listen();
    await connectPortal(url, token, simulator);
    const close = async () => {
      await gateway.close();
      await simulator.close();
    };
    return { introduction: introduce(url, token, simulator), close };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** Connects a portal in the way of a frontend and a browser: starts the flow, consents, and follows the redirect. */
async function connectPortal(url: string, token: string, { portals }: Simulator): Promise<void> {
  const started = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: 'mutation { connectHubSpot { authorizeUrl optionalScopes } }' }),
  });
  const { data } = (await started.json()) as {
    data: { connectHubSpot: { authorizeUrl: string; optionalScopes: string[] } };
  };
  const { authorizeUrl, optionalScopes } = data.connectHubSpot;
  const consent = new URLSearchParams([...new URL(authorizeUrl).searchParams, ['decision', 'approve']]);
  consent.set('portal', String(portals[0]?.hubId));
  for (const scope of optionalScopes) consent.append('granted', scope);
  const consented = await fetch(new URL(authorizeUrl).origin + new URL(authorizeUrl).pathname, {
    method: 'POST',
    body: consent,
    redirect: 'manual',
  });
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const finished = await fetch(consented.headers.get('location') ?? '', { headers: { cookie }, redirect: 'manual' });
  if (!finished.headers.get('location')?.includes('hubspot=connected')) {
    throw new Error(`The demo could not connect its portal (HTTP ${finished.status}).`);
  }
}

function introduce(url: string, token: string, { portals }: Simulator): string {
  const [connected, other] = portals;
  return `
HubSpot GraphQL gateway, with a simulated HubSpot behind it.

  GraphiQL      ${url}/graphql
  Connected     ${connected?.domain} (portal ${connected?.hubId})

Viewer token, valid for a day. GraphiQL has it already, in its headers:

${token}

A first query. GraphiQL has it already:

${QUERY}

The same with curl:

curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${token}' \\
  -d '{"query":"{ contacts(first: 5) { nodes { email deals(first: 2) { nodes { name amount } } } } }"}'

To connect another portal (${other?.domain}), run this in GraphiQL, open the URL that it answers, and consent:

mutation { connectHubSpot { authorizeUrl } }

With two portals connected, ask per portal: { installations { hubDomain contacts(first: 5) { nodes { email } } } }

Ctrl-C stops everything.
`;
}
