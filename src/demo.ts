import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createSimulator, DEFAULT_APP, type Simulator } from 'hubspot-graphql-gateway-simulator';
import jwt from 'jsonwebtoken';
import { type Config, loadConfig } from './config.ts';
import { DemoServer } from './demo/demo-server.ts';
import { connectPortal } from './demo/first-connection.ts';
import { readPage } from './demo/page-files.ts';
import { createGateway } from './gateway.ts';

export interface Demo {
  /** The text that the command prints. */
  readonly introduction: string;
  /** The address of the page, of GraphiQL and of the gateway. */
  readonly url: string;
  /** A JWT of the viewer. */
  readonly token: string;
  readonly simulator: Simulator;
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
/** The page shows a field that is refused, until a person allows it. */
const DENIED_SCOPE = 'crm.objects.owners.read';
/** `npm run demo` builds the page. The published package has it. Both are beside this file's folder. */
const PAGE_FOLDER = join(import.meta.dirname, '../dist/page');

/** Starts a gateway with a simulated HubSpot, an in-memory database, and one portal that is connected through OAuth. */
export async function runDemo(port: string, pageFolder = PAGE_FOLDER): Promise<Demo> {
  const simulator = createSimulator();
  // An admin of each portal has a rule for lost deals.
  for (const portal of simulator.portals) {
    portal.requireProperty('deals', {
      name: 'closed_lost_reason',
      when: { name: 'dealstage', value: 'closedlost' },
    });
  }
  const server = new DemoServer();
  try {
    return await runBeside(simulator, server, { port, pageFolder });
  } catch (error) {
    await server.close();
    await simulator.close();
    throw error;
  }
}

async function runBeside(
  simulator: Simulator,
  server: DemoServer,
  { port, pageFolder }: { readonly port: string; readonly pageFolder: string },
): Promise<Demo> {
  const secret = randomBytes(32).toString('base64url');
  const settings = settingsOf(await simulator.listen(), secret);
  const { host, ...asked } = loadConfig({ ...settings, PORT: port });
  const listening = await server.listen(asked.port, host);
  const url = `http://localhost:${listening}`;
  const config = loadConfig({
    ...settings,
    PORT: String(listening),
    PUBLIC_URL: url,
    HUBSPOT_AUTHORIZE_URL: `${url}/oauth/authorize`,
    // The second is the same page, the third is Vite's development server.
    RETURN_URLS: `${url} http://127.0.0.1:${listening} http://localhost:5173`,
  });
  const token = mintToken(config, secret);
  const gateway = createGateway(config, {
    graphiql: { query: QUERY, headers: JSON.stringify({ authorization: `Bearer ${token}` }, null, 2) },
  });
  try {
    await gateway.start();
    server.serve({
      gateway: (request) => gateway.fetch(request),
      hubspot: (request) => simulator.fetch(request),
      page: readPage(pageFolder),
      mintToken: () => mintToken(config, secret),
    });
    const [first] = simulator.portals;
    await connectPortal({ url, token, hubId: first?.hubId ?? 0, denied: DENIED_SCOPE });
    const close = async () => {
      await server.close();
      await gateway.close();
      await simulator.close();
    };
    return { introduction: introduce(url, token, simulator), url, token, simulator, close };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

function settingsOf(hubspotUrl: string, secret: string): Record<string, string> {
  return {
    DATABASE_URL: 'memory:',
    HUBSPOT_API_URL: hubspotUrl,
    HUBSPOT_CLIENT_ID: DEFAULT_APP.clientId,
    HUBSPOT_CLIENT_SECRET: DEFAULT_APP.clientSecret,
    HUBSPOT_SCOPES: DEFAULT_APP.requiredScopes.join(' '),
    HUBSPOT_OPTIONAL_SCOPES: DEFAULT_APP.optionalScopes.join(' '),
    ENCRYPTION_KEYS: `demo:${randomBytes(32).toString('base64')}`,
    AUTH_JWT_SECRET: secret,
    AUTH_JWT_ISSUER: 'hubspot-gateway-demo',
    AUTH_JWT_AUDIENCE: 'hubspot-gateway',
    LOG_LEVEL: 'warn',
  };
}

function mintToken({ auth: { issuer, audience } }: Config, secret: string): string {
  const claims = { sub: 'demo-user', tenant: 'demo', scope: PERMISSIONS };
  return jwt.sign(claims, secret, { issuer, audience, expiresIn: DAY_S });
}

function introduce(url: string, token: string, { portals }: Simulator): string {
  const [connected, other] = portals;
  return `
HubSpot GraphQL gateway, with a simulated HubSpot behind it.

  Open          ${url}
  GraphiQL      ${url}/graphql
  Connected     ${connected?.domain} (portal ${connected?.hubId})

The page shows a small sales application, the HubSpot calls behind it, and buttons that play HubSpot.
It connects another portal (${other?.domain}), too.

Viewer token, valid for a day. The page and GraphiQL have it already:

${token}

A first query. GraphiQL has it already:

${QUERY}

The same with curl:

curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${token}' \\
  -d '{"query":"{ contacts(first: 5) { nodes { email deals(first: 2) { nodes { name amount } } } } }"}'

With two portals connected, ask per portal: { installations { hubDomain contacts(first: 5) { nodes { email } } } }

Ctrl-C stops everything.
`;
}
