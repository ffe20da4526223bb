import { type Dispatcher, errors, Pool, ProxyAgent } from 'undici';
import type { ScopeRequirement } from '../crm/scopes.ts';
import { isGatewayError } from '../errors.ts';
import type { Cancellation } from '../lib/cancellation.ts';
import type { Priority } from '../lib/slots.ts';
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

/** On whose behalf a call is made: decides its place among those that wait. */
export interface CallContext {
  /** Takes turns with others in one queue. */
  readonly fairnessKey: string;
  readonly priority: Priority;
  /** On the monotonic clock; later, an answer is of no use. */
  readonly deadlineAt: number;
  /** Ends the waiting on the way to HubSpot. What has left is answered all the same. */
  readonly cancellation?: Cancellation;
}

/** A slot that one call may leave with. */
export interface Permit {
  /** True the first time: a repeat needs a slot of its own. */
  use(): boolean;
  /** Gives back what was not used. */
  release(): void;
}

/** One call of HubSpot's API, before it has a token. */
export interface HubspotCall {
  /** For logs and metrics, e.g. `contacts.batchRead`. Holds no id and no value. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Encoded path and query below the API's URL. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Scopes without which the call must not leave. */
  readonly scopes: ScopeRequirement;
  /** Which of HubSpot's limits counts it; `general` when left out. */
  readonly budget?: Budget;
  /** True for a POST that only reads: it may be repeated without harm, as every GET. */
  readonly idempotent?: boolean;
  /** Set by whoever knows for whom the call is made, on the way from the function that describes it. */
  readonly callContext?: CallContext;
  /** A slot that was taken before the call was put together. */
  readonly permit?: Permit;
  /** Told every time that the call leaves for HubSpot. */
  readonly onSend?: () => void;
  /** Set by the authorize stage, on the last step before the wire. */
  readonly accessToken?: string;
}

/** A read may be repeated without harm. */
export function isRead({ method, idempotent }: HubspotCall): boolean {
  return method === 'GET' || idempotent === true;
}

/** A 2xx answer. `body` is parsed JSON, `undefined` when there was none. */
export interface HubspotResponse {
  readonly status: number;
  readonly body: unknown;
  /** Absent where HubSpot did not tell. */
  readonly rateLimit?: RateLimitState;
}

/** The one seam between the gateway and HubSpot. */
export type Send = (call: HubspotCall) => Promise<HubspotResponse>;

/** Cross-cutting work on every call: a function of one signature around the next. */
export type Middleware = (next: Send) => Send;

/** What the functions of this folder need: where to send, and the dated version in every path. */
export interface HubspotApi {
  readonly send: Send;
  readonly version: string;
}

/** One call may take so long, and no longer than until its deadline; HubSpot's own edge gives up after 100 s. */
const CALL_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** A full batch of 100 records with long texts is a few megabytes. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
const TOO_LARGE = 'HubSpot answered more than can be right.';
/** Sockets of one process at most; they are opened as they are needed. */
export const CONNECTIONS = 1_024;

const POOL_OPTIONS = {
  connections: CONNECTIONS,
  headersTimeout: CALL_TIMEOUT_MS,
  bodyTimeout: CALL_TIMEOUT_MS,
  keepAliveTimeout: 30_000,
};

/** A keep-alive pool for `url`'s origin. Redirects are not followed and nothing is retried below the connector. */
export function createHubspotPool(url: string, maxResponseBytes = MAX_RESPONSE_BYTES): Pool {
  return new Pool(new URL(url).origin, {
    ...POOL_OPTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: maxResponseBytes,
  });
}

/** The same through the proxy at `proxyUrl`, which sees no more than the host: TLS is spoken with HubSpot itself. */
export function createProxiedPool(url: string, proxyUrl: string, maxResponseBytes = MAX_RESPONSE_BYTES): Dispatcher {
  const { origin } = new URL(url);
  const agent = new ProxyAgent({
    ...POOL_OPTIONS,
    uri: proxyUrl,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxResponseSize: maxResponseBytes,
    // A proxy that takes a connection and stays silent would otherwise hold its slot for five minutes.
    clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: CALL_TIMEOUT_MS }),
  });
  return agent.compose((dispatch) => (options, handler) => dispatch({ ...options, origin }, handler));
}

/**
 * The transport: one HTTP exchange, its answer parsed once.
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
  /** Path of the API's URL, where it has one. */
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

/** `undefined` when `text` is no JSON. */
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
