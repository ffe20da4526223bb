import { type Dispatcher, errors, Pool, ProxyAgent } from 'undici';
import type { ScopeRequirement } from '../crm/scopes.ts';
import { isGatewayError } from '../errors.ts';
import type { Cancellation } from '../lib/cancellation.ts';
import type { Priority } from '../lib/semaphore.ts';
import type { Clock } from '../lib/time/clock.ts';
import { parseRetryAfter } from '../lib/time/retry-after.ts';
import { describeFailure, hubspotError } from './failed-answer.ts';
import { HubspotError, NOT_UNDERSTOOD } from './hubspot-error.ts';
import { isTooComplex } from './json-complexity.ts';
import { NetworkError } from './network-error.ts';
import { TokenRefusedError } from './oauth/token-refused-error.ts';
import { type Budget, parseRateLimit, type RateLimitState } from './rate-limit.ts';
import { refusalOf } from './refusal.ts';
import { DeadlinePassed, type RawAnswer, RequestTimeoutError, request } from './request.ts';

/** The origin of a call, which decides its place in the queues. */
export interface CallContext {
  /** Calls with different keys alternate in a queue. */
  readonly fairnessKey: string;
  readonly priority: Priority;
  /** On the monotonic clock. */
  readonly deadlineAt: number;
  /** Ends the waits before the call is sent. It does not abort a call in flight. */
  readonly cancellation?: Cancellation;
}

/** The permit of the rate limiter for one call. */
export interface Permit {
  /** True for the first use. A retry needs a permit of its own. */
  use(): boolean;
  /** Returns an unused permit. */
  release(): void;
}

/** One call of HubSpot's API, before it has a token. */
export interface HubspotCall {
  /** For logs and metrics, e.g. `contacts.batchRead`. Contains no ids or values. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Encoded path and query below the API's URL. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The scopes that the call needs. */
  readonly scopes: ScopeRequirement;
  /** The limit of HubSpot that counts the call. Default: `general`. */
  readonly budget?: Budget;
  /** True for a POST that only reads, and so can be retried as a GET. */
  readonly idempotent?: boolean;
  /** Set by the connector. */
  readonly callContext?: CallContext;
  /** A permit that was acquired before the call was created. */
  readonly permit?: Permit;
  /** Called each time that the call is sent to HubSpot. */
  readonly onSend?: () => void;
  /** Set by the `authorize` middleware, the last one before the transport. */
  readonly accessToken?: string;
}

/** True for a call that only reads, and so can be retried. */
export function isRead({ method, idempotent }: HubspotCall): boolean {
  return method === 'GET' || idempotent === true;
}

/** A 2xx answer. `body` is parsed JSON; `undefined` for an empty answer. */
export interface HubspotResponse {
  readonly status: number;
  readonly body: unknown;
  /** Absent when HubSpot does not report it. */
  readonly rateLimit?: RateLimitState;
}

/** Sends a call to HubSpot. All calls of the API pass through a function of this type. */
export type Send = (call: HubspotCall) => Promise<HubspotResponse>;

/** Wraps `next` with work for every call. */
export type Middleware = (next: Send) => Send;

/** The transport, and the dated version in every path. */
export interface HubspotApi {
  readonly send: Send;
  readonly version: string;
}

/** Timeout of one call, unless its deadline is earlier. The proxy in front of HubSpot's API has a timeout of 100 s. */
const CALL_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** A full batch of 100 records with long texts has a few megabytes. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
const TOO_LARGE = 'HubSpot sent an answer that is too large.';
/** The most sockets of one process, which are opened on demand. */
export const CONNECTIONS = 1_024;

const POOL_OPTIONS = {
  connections: CONNECTIONS,
  headersTimeout: CALL_TIMEOUT_MS,
  bodyTimeout: CALL_TIMEOUT_MS,
  keepAliveTimeout: 30_000,
};

/** A keep-alive pool for the origin of `url`. It follows no redirects and retries nothing. */
export function createHubspotPool(url: string, maxResponseBytes = MAX_RESPONSE_BYTES): Pool {
  return new Pool(new URL(url).origin, {
    ...POOL_OPTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: maxResponseBytes,
  });
}

/** The same through the proxy at `proxyUrl`. The proxy sees only the host, since the TLS connection ends at HubSpot. */
export function createProxiedPool(url: string, proxyUrl: string, maxResponseBytes = MAX_RESPONSE_BYTES): Dispatcher {
  const { origin } = new URL(url);
  const agent = new ProxyAgent({
    ...POOL_OPTIONS,
    uri: proxyUrl,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxResponseSize: maxResponseBytes,
    // Otherwise a proxy that does not answer would keep its connection busy for five minutes.
    clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: CALL_TIMEOUT_MS }),
  });
  return agent.compose((dispatch) => (options, handler) => dispatch({ ...options, origin }, handler));
}

/**
 * The transport: sends one HTTP request and parses its answer.
 * @throws GatewayError for every answer that is not 2xx with JSON, and for every failure of the network
 */
export function createTransport({ pool, clock, basePath = '' }: TransportOptions): Send {
  return async (call) => {
    const answer = await send(pool, basePath, call, clock);
    const facts = { status: answer.statusCode };
    const rateLimit = parseRateLimit((name) => header(answer.headers, name));
    const succeeded = { status: answer.statusCode, ...(rateLimit && { rateLimit }) };
    if (answer.statusCode === 204 || answer.text === '') {
      if (answer.statusCode < 300) return { ...succeeded, body: undefined };
    }
    const isUnreasonable = isTooComplex(answer.text);
    const body = isUnreasonable ? undefined : parseJson(answer.text);
    if (answer.statusCode >= 200 && answer.statusCode < 300) {
      if (body === undefined) {
        const message = isUnreasonable ? TOO_LARGE : 'HubSpot answered something that is not JSON.';
        throw new HubspotError('HUBSPOT_BAD_RESPONSE', message, { hubspot: facts }, NOT_UNDERSTOOD);
      }
      return { ...succeeded, body };
    }
    const { policy, ...described } = describeFailure(body);
    if (answer.statusCode === 401) throw new TokenRefusedError({ ...facts, ...described }, body);
    const error = hubspotError({
      ...facts,
      ...described,
      ...(policy && { policy }),
      ...retryAfter(header(answer.headers, 'retry-after'), clock),
    });
    if (!isGatewayError(error, 'HUBSPOT_BAD_REQUEST')) throw error;
    throw refusalOf(error, answer.statusCode, body);
  };
}

export interface TransportOptions {
  readonly pool: Dispatcher;
  readonly clock: Clock;
  /** The path of the API's URL, if it has one. */
  readonly basePath?: string;
}

async function send(pool: Dispatcher, basePath: string, call: HubspotCall, clock: Clock): Promise<RawAnswer> {
  const { method, path, body, accessToken, callContext, onSend } = call;
  const leftMs = callContext ? callContext.deadlineAt - clock.monotonic() : Number.POSITIVE_INFINITY;
  if (leftMs <= 0) throw new NetworkError('HUBSPOT_TIMEOUT', new DeadlinePassed('the call had no time left'));
  const headers: Record<string, string> = { accept: 'application/json' };
  if (accessToken !== undefined) headers.authorization = `Bearer ${accessToken}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  onSend?.();
  try {
    return await request(
      pool,
      { method, path: basePath + path, headers, body: body === undefined ? null : JSON.stringify(body) },
      { clock, timeoutMs: Math.min(leftMs, CALL_TIMEOUT_MS), isCutShort: leftMs < CALL_TIMEOUT_MS },
    );
  } catch (error) {
    throw networkError(error);
  }
}

function networkError(cause: unknown): HubspotError {
  const timedOut =
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError ||
    cause instanceof RequestTimeoutError;
  if (timedOut) return new NetworkError('HUBSPOT_TIMEOUT', cause);
  if (cause instanceof errors.ResponseExceededMaxSizeError) {
    return new HubspotError('HUBSPOT_BAD_RESPONSE', TOO_LARGE, {}, NOT_UNDERSTOOD, { cause });
  }
  return new NetworkError('HUBSPOT_UNAVAILABLE', cause);
}

/** `undefined` when `text` is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function header(headers: RawAnswer['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function retryAfter(value: string | undefined, clock: Clock): { retryAfterMs?: number } {
  const retryAfterMs = parseRetryAfter(value, clock.now());
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}
