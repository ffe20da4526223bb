import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { Connectors } from './connector/connectors.ts';
import { measure } from './connector/measure.ts';
import { createApp } from './http/app.ts';
import { createGraphiQL, type GraphiQLDefaults } from './http/graphiql.ts';
import { createGraphQLEndpoint } from './http/graphql-endpoint.ts';
import { createOAuthCallback } from './http/oauth-callback.ts';
import { createHttpServer } from './http/server.ts';
import { createAuthenticator } from './http/viewer.ts';
import { createHubspotPool, createTransport } from './hubspot/client.ts';
import { OAuthClient } from './hubspot/oauth.ts';
import { ConnectFlow } from './installations/connect.ts';
import { TokenManager } from './installations/token-manager.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createLogger, type Logger } from './lib/logger.ts';
import { createMetrics } from './lib/metrics.ts';
import { AuthorizationRequestStore } from './storage/authorization-request-store.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { InstallationStore } from './storage/installation-store.ts';
import { TokenCipher } from './storage/token-cipher.ts';

/** Replaces parts of the gateway: for tests and the demo. */
export interface GatewayOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly database?: Database;
  readonly graphiql?: GraphiQLDefaults;
}

export interface Gateway {
  /** Answers a request without a socket. */
  fetch(request: Request): Promise<Response>;
  /** Brings the database up to date and listens. Resolves with the public URL. */
  listen(): Promise<string>;
  /** Stops listening, waits for what is under way, closes the database. */
  close(): Promise<void>;
}

/** An answer of the token endpoint is small; anything larger is not one. */
const MAX_TOKEN_RESPONSE_BYTES = 64 * 1024;
/** HubSpot calls that one operation may cost. */
const MAX_CALLS_PER_OPERATION = 50;

/** Introduces all parts to each other. Nothing is opened before `listen`. */
export function createGateway(config: Config, overrides: GatewayOverrides = {}): Gateway {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const database = overrides.database ?? openDatabase({ ...config.database, clock });
  const metrics = createMetrics();
  let publicUrl = config.publicUrl ?? 'http://localhost';

  const cipher = new TokenCipher(config.encryptionKeys);
  const installations = new InstallationStore(database, cipher);
  const requests = new AuthorizationRequestStore(database, cipher);

  const { hubspot } = config;
  const basePath = new URL(hubspot.apiUrl).pathname.replace(/\/+$/, '');
  const apiPool = createHubspotPool(hubspot.apiUrl);
  const tokenPool = createHubspotPool(hubspot.apiUrl, MAX_TOKEN_RESPONSE_BYTES);
  const oauth = new OAuthClient({
    clientId: hubspot.clientId,
    clientSecret: hubspot.clientSecret,
    version: hubspot.apiVersion,
    pool: tokenPool,
    basePath,
    clock,
  });
  const tokens = new TokenManager({ installations, oauth, clock, logger, metrics });
  const connect = new ConnectFlow({
    clientId: hubspot.clientId,
    authorizeUrl: hubspot.authorizeUrl,
    redirectUri: () => hubspot.redirectUri ?? `${publicUrl}/oauth/hubspot/callback`,
    registeredScopes: { required: hubspot.requiredScopes, optional: hubspot.optionalScopes },
    returnUrls: config.returnUrls,
    oauth,
    installations,
    requests,
    clock,
    logger,
  });
  const transport = measure(metrics, clock)(createTransport({ pool: apiPool, clock, basePath }));
  const connectorOptions = { tokens, transport, apiVersion: hubspot.apiVersion, maxCalls: MAX_CALLS_PER_OPERATION };
  const secureCookies = () => publicUrl.startsWith('https:');

  const fetch = createApp({
    graphql: createGraphQLEndpoint({
      authenticate: createAuthenticator({ ...config.auth, clock }),
      contextFor: (viewer) => ({
        connectors: new Connectors(viewer.tenantId, installations, connectorOptions),
        connect,
        installations,
        requiredScopes: hubspot.requiredScopes,
      }),
      corsOrigins: config.corsOrigins,
      introspection: config.introspection,
      secureCookies,
      logger,
    }),
    graphiql: config.graphiql ? createGraphiQL(overrides.graphiql) : undefined,
    oauthCallback: createOAuthCallback({ connect, secureCookies, issuer: new URL(hubspot.authorizeUrl).origin }),
    ready: () =>
      database.ping().then(
        () => true,
        () => false,
      ),
    metrics,
    clock,
    logger,
  });
  const server = createHttpServer(fetch);

  return {
    fetch,
    async listen() {
      await database.migrate();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(config.port, config.host, resolve);
      });
      const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
      publicUrl = config.publicUrl ?? `http://localhost:${port}`;
      logger.info({ host: config.host, port, publicUrl }, 'listening');
      return publicUrl;
    },
    async close() {
      if (server.listening) {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeIdleConnections();
        await closed;
      }
      await tokens.close();
      await Promise.all([apiPool.close(), tokenPool.close()]);
      await database.close();
    },
  };
}
