import { type ProxySettings, proxyFor } from '../lib/proxy.ts';
import type { Clock } from '../lib/time/clock.ts';
import { createHubspotPool, createProxiedPool, createTransport, type HubspotApi, type Middleware } from './client.ts';
import { OAuthClient } from './oauth/oauth-client.ts';
import { annotateUnknownOutcome } from './unknown-outcome.ts';

export interface HubspotOptions {
  readonly apiUrl: string;
  /** Dated version, e.g. `2026-09`. */
  readonly apiVersion: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly proxy: ProxySettings;
  /** Observes every call of the API and its outcome. */
  readonly observe: Middleware;
  readonly clock: Clock;
}

/** The clients of HubSpot's API and OAuth endpoints. */
export interface Hubspot {
  readonly api: HubspotApi;
  readonly oauth: OAuthClient;
  /** Resolves when the calls in flight have ended. */
  close(): Promise<void>;
}

/** The answers of the token endpoint are smaller. */
const MAX_TOKEN_RESPONSE_BYTES = 64 * 1024;

/** Opens no connection before the first call. */
export function createHubspot(options: HubspotOptions): Hubspot {
  const { apiUrl, apiVersion: version, clientId, clientSecret, observe, clock } = options;
  const basePath = new URL(apiUrl).pathname.replace(/\/+$/, '');
  const proxy = proxyFor(apiUrl, options.proxy);
  const poolOf = (maxResponseBytes?: number) =>
    proxy === undefined
      ? createHubspotPool(apiUrl, maxResponseBytes)
      : createProxiedPool(apiUrl, proxy, maxResponseBytes);
  const [apiPool, tokenPool] = [poolOf(), poolOf(MAX_TOKEN_RESPONSE_BYTES)];
  return {
    api: { send: observe(annotateUnknownOutcome(createTransport({ pool: apiPool, clock, basePath }))), version },
    oauth: new OAuthClient({ clientId, clientSecret, version, pool: tokenPool, basePath, clock }),
    async close() {
      await Promise.all([apiPool.close(), tokenPool.close()]);
    },
  };
}
