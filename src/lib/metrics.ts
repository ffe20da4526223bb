import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Semaphore } from './semaphore.ts';

/** The gateway's Prometheus metrics. Labels have small fixed sets of values, never content of requests. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds per HTTP request, by route and status. */
  readonly requests: Histogram<'route' | 'status'>;
  /** Seconds per HubSpot call, by call name and outcome (`2xx`, or the error's code). */
  readonly hubspotCalls: Histogram<'call' | 'outcome'>;
  /** Refreshes of access tokens, by outcome. */
  readonly tokenRefreshes: Counter<'outcome'>;
  /** Calls that wait for their turn at a portal's rate limit, by budget. */
  readonly rateWaiting: Gauge<'budget'>;
  /** Calls that were refused because the rate limit could not serve them in time, by budget. */
  readonly rateRefusals: Counter<'budget'>;
  /** 429s of HubSpot, by budget. */
  readonly rateLimitReached: Counter<'budget'>;
  /** Loads of records by id where records are cached, by outcome (`hit`, `miss`). */
  readonly recordCacheLoads: Counter<'outcome'>;
  /** Refused requests by door (`viewer`, `callback`, `operation`) and reason. */
  readonly refusals: Counter<'door' | 'reason'>;
  /** Connections that the gateway cut because the client did not read, by reason (`stalled`, `too_many`). */
  readonly unreadAnswers: Counter<'reason'>;
  /** Statements that failed in the gateway's database, by reason. */
  readonly storageFailures: Counter<'reason'>;
  /** Events that an operator must look at, by kind. An alerting rule should fire when it rises. */
  readonly alerts: Counter<'kind'>;
  /** Exports the number of operations in flight. */
  watchOperations(count: () => number): void;
  /** Exports the number of portals that HubSpot has paused for more than a minute. */
  watchPausedPortals(count: () => number): void;
  /** Exports the number of token refreshes that wait for a permit, by priority. */
  watchTokenRefreshes(permits: Semaphore): void;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const watch = (name: string, help: string, count: () => number) =>
    void new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(count());
      },
    });
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    requests: new Histogram({
      name: 'gateway_http_request_duration_seconds',
      help: 'Duration of HTTP requests.',
      labelNames: ['route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    hubspotCalls: new Histogram({
      name: 'gateway_hubspot_call_duration_seconds',
      help: 'Duration of calls to the HubSpot API.',
      labelNames: ['call', 'outcome'],
      buckets: SECONDS,
      registers,
    }),
    tokenRefreshes: new Counter({
      name: 'gateway_token_refreshes_total',
      help: 'Refreshes of HubSpot access tokens.',
      labelNames: ['outcome'],
      registers,
    }),
    rateWaiting: new Gauge({
      name: 'gateway_rate_limit_waiting',
      help: 'Calls that wait for their turn at the rate limit of a portal.',
      labelNames: ['budget'],
      registers,
    }),
    rateRefusals: new Counter({
      name: 'gateway_rate_limit_refusals_total',
      help: 'Calls that the rate limit of a portal could not serve in time.',
      labelNames: ['budget'],
      registers,
    }),
    rateLimitReached: new Counter({
      name: 'gateway_hubspot_429_total',
      help: 'Calls that HubSpot refused with a 429.',
      labelNames: ['budget'],
      registers,
    }),
    recordCacheLoads: new Counter({
      name: 'gateway_record_cache_loads_total',
      help: 'Loads of records by id while CACHE_TTL_MS is set.',
      labelNames: ['outcome'],
      registers,
    }),
    refusals: new Counter({
      name: 'gateway_refusals_total',
      help: 'Viewers, OAuth callbacks and operations that were refused.',
      labelNames: ['door', 'reason'],
      registers,
    }),
    unreadAnswers: new Counter({
      name: 'gateway_unread_answers_total',
      help: 'Connections that were cut because their clients did not read the answer.',
      labelNames: ['reason'],
      registers,
    }),
    storageFailures: new Counter({
      name: 'gateway_storage_failures_total',
      help: "Statements that the gateway's own database failed.",
      labelNames: ['reason'],
      registers,
    }),
    alerts: new Counter({
      name: 'gateway_alerts_total',
      help: 'Things that a person should look at.',
      labelNames: ['kind'],
      registers,
    }),
    watchOperations: (count) => watch('gateway_operations', 'GraphQL operations in flight.', count),
    watchPausedPortals: (count) =>
      watch(
        'gateway_hubspot_portals_paused',
        'Portals that HubSpot asked to leave alone for more than a minute.',
        count,
      ),
    watchTokenRefreshes(permits) {
      new Gauge({
        name: 'gateway_token_refreshes_waiting',
        help: 'Token refreshes that wait for a permit.',
        labelNames: ['priority'],
        registers,
        collect() {
          for (const priority of ['interactive', 'background'] as const)
            this.set({ priority }, permits.waiting(priority));
        },
      });
    },
  };
}
