import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServerAdapter } from '@whatwg-node/server';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../lib/logging/logger.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { type AnswerDirectly, isGraphQL } from './graphql/fast-path.ts';
import { type Refusal, sendRefusal } from './refusal.ts';
import type { UnreadAnswers } from './unread-answers.ts';

/** What a request may be before anybody looks at it. */
const LIMITS = { urlBytes: 16_384, headerBytes: 16_384, headerCount: 100, connections: 16_384 };
/** Connections that wait to be accepted: many clients come back at the same time, and Node's 511 would drop some. */
export const BACKLOG = 4_096;
/** Node itself refuses more than that, without a word that pages of other origins could read. */
const MAX_HEAD_BYTES = 2 * (LIMITS.urlBytes + LIMITS.headerBytes);

// Slow clients are cut off; idle sockets outlive a proxy's, which closes them after 60 s as a rule.
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 70_000,
  connectionsCheckingInterval: 5_000,
};

export interface HttpServerOptions {
  /** Answers everything; with `arrivedAt` what began to arrive then, on the monotonic clock. */
  readonly fetch: (request: Request, arrivedAt?: number) => Promise<Response>;
  /** Answers what is GraphQL, or hands it back. */
  readonly direct: AnswerDirectly;
  readonly answerHeaders: AnswerHeaders;
  /** A route's own path and query for those of a request; the same ones when left out. */
  readonly routeOf?: (target: string) => string;
  readonly unreadAnswers: UnreadAnswers;
  /** True when the server is about to stop: clients are asked to open a new connection, elsewhere. */
  readonly isDraining?: () => boolean;
  readonly logger: Logger;
}

interface Arrival {
  readonly arrivedAt?: number;
}

/** A Node server for `fetch`, closed to what HTTP allows and nobody here needs. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { fetch, direct, answerHeaders, routeOf = (target) => target, unreadAnswers, logger } = options;
  const { isDraining = () => false } = options;
  const adapter = createServerAdapter<Arrival>((request, { arrivedAt }) => fetch(request, arrivedAt));
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    unreadAnswers.watch(response);
    // A connection that is kept would be cut when the server stops, maybe under the next request.
    if (isDraining()) response.setHeader('connection', 'close');
    const refusal = refuse(request);
    if (refusal !== undefined) sendRefusal(response, refusal, answerHeaders.of(request.headers.origin));
    else if (!isGraphQL(request)) void adapter.handle(request, response);
    else {
      direct(request, response, (arrivedAt, body) => {
        void adapter.handle(Object.assign(request, { body }), response, { arrivedAt });
      });
    }
  };
  const server = createServer({ ...TIMEOUTS, maxHeaderSize: MAX_HEAD_BYTES }, handle);
  // Node drops headers beyond this count without a word; we count ourselves and refuse.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = 1_000;
  server.maxConnections = LIMITS.connections;
  // A connection that cannot be accepted, as when no file descriptor is left, must not end the process.
  server.on('error', (err) => server.listening && logger.error({ err }, 'a connection could not be accepted'));
  // A body that waits to be invited is invited by whoever is about to read it, and by nobody else.
  server.on('checkContinue', handle);
  const route = (request: IncomingMessage) => {
    request.url = routeOf(request.url ?? '');
  };
  server.on('listening', () => unreadAnswers.start(server));
  server.prependListener('request', route).prependListener('checkContinue', route);
  return server;
}

/** Of two, Node believes the first and hides the second: which one a proxy in front believed is then anybody's guess. */
const ONCE = ['host', 'authorization', 'content-type'];
const ONCE_LENGTHS = new Set(ONCE.map((name) => name.length));

/** The status to refuse a request with, before its body is read. */
function refuse({ method, url = '', headers, rawHeaders }: IncomingMessage): Refusal | undefined {
  // A browser tells its page of the refusal only if it was let to ask.
  if (url.length > LIMITS.urlBytes && method !== 'OPTIONS') return 414;
  if (rawHeaders.length / 2 > LIMITS.headerCount || sizeOf(rawHeaders) > LIMITS.headerBytes) return 431;
  if (repeats(rawHeaders)) return 400;
  const refusal = refuseTarget(headers.host ?? '', url);
  if (refusal !== undefined) return refusal;
  return method === 'POST' ? refuseBody(headers) : undefined;
}

/** As it was on the wire, with `: ` and the line's end. */
function sizeOf(rawHeaders: readonly string[]): number {
  let size = 0;
  for (const text of rawHeaders) size += text.length + 2;
  return size;
}

function refuseBody(headers: IncomingHttpHeaders): Refusal | undefined {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) return coding.toLowerCase() === 'chunked' ? undefined : 501;
  const length = headers['content-length'];
  if (length === undefined) return 411;
  return Number(length) > MAX_BODY_BYTES ? 413 : undefined;
}

function repeats(rawHeaders: readonly string[]): boolean {
  const seen: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!ONCE_LENGTHS.has(name.length)) continue;
    const known = name.toLowerCase();
    if (seen.includes(known)) return true;
    if (ONCE.includes(known)) seen.push(known);
  }
  return false;
}

const HOST = /^[\w.:[\]-]{1,255}$/;
/** A path that no parser rewrites. */
const PLAIN_PATH = /^(\/[\w-]+)+$/;
/** Hosts that were found well-formed. */
const hosts = new LRUCache<string, true>({ max: 100 });

function refuseTarget(host: string, url: string): 400 | 404 | undefined {
  if (hosts.has(host) && PLAIN_PATH.test(url)) return undefined;
  const target = HOST.test(host) && url.startsWith('/') ? URL.parse(`http://${host}${url}`) : null;
  if (!target) return 400;
  hosts.set(host, true);
  // A path that the parser rewrites (`..`, `\`) may have meant something else to a proxy in front.
  return target.pathname === url.split('?', 1)[0] ? undefined : 404;
}
