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
import { type FastPath, isGraphQL } from './graphql/fast-path.ts';
import { type Refusal, sendRefusal } from './refusal.ts';
import type { UnreadAnswers } from './unread-answers.ts';

/** Limits of the server, checked before it selects a route. */
const LIMITS = { urlBytes: 16_384, headerBytes: 16_384, headerCount: 100, connections: 16_384 };
/** Connections that wait to be accepted. Node's default of 511 is too small when many clients reconnect at once. */
export const BACKLOG = 4_096;
/** Node's own limit, whose answer lacks CORS headers. It is larger than ours, so that our answer comes first. */
const MAX_HEAD_BYTES = 2 * (LIMITS.urlBytes + LIMITS.headerBytes);

// The server cuts slow clients off. Idle sockets stay open longer than the 60 s after which most proxies close them.
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 70_000,
  connectionsCheckingInterval: 5_000,
};

export interface HttpServerOptions {
  /** Answers all requests. `arrivedAt` is the time at which the request began to arrive, on the monotonic clock. */
  readonly fetch: (request: Request, arrivedAt?: number) => Promise<Response>;
  /** Answers GraphQL requests, or passes them on to `fetch`. */
  readonly fastPath: FastPath;
  readonly answerHeaders: AnswerHeaders;
  /** Maps the path and query of a request to those of its route. Without it, they are the same. */
  readonly routeOf?: (target: string) => string;
  readonly unreadAnswers: UnreadAnswers;
  /** True when the server is about to stop. It then asks clients to close their connections. */
  readonly isDraining?: () => boolean;
  readonly logger: Logger;
}

interface Arrival {
  readonly arrivedAt?: number;
}

/** A Node server for `fetch` that refuses features of HTTP that the gateway does not need. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { fetch, fastPath, answerHeaders, routeOf = (target) => target, unreadAnswers, logger } = options;
  const { isDraining = () => false } = options;
  const adapter = createServerAdapter<Arrival>((request, { arrivedAt }) => fetch(request, arrivedAt));
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (!unreadAnswers.watch(response)) return;
    // The server cuts idle connections when it stops, and the client's next request could then be lost.
    if (isDraining()) response.setHeader('connection', 'close');
    const refusal = refuse(request);
    if (refusal !== undefined) sendRefusal(response, refusal, answerHeaders.of(request.headers.origin));
    else if (!isGraphQL(request)) void adapter.handle(request, response);
    else {
      fastPath(request, response, (arrivedAt, body) => {
        void adapter.handle(Object.assign(request, { body }), response, { arrivedAt });
      });
    }
  };
  const server = createServer({ ...TIMEOUTS, maxHeaderSize: MAX_HEAD_BYTES }, handle);
  // With a limit, Node drops further headers silently. The server counts them itself, and refuses the request.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = 1_000;
  server.maxConnections = LIMITS.connections;
  // A connection that cannot be accepted, for example without a free file descriptor, must not end the process.
  server.on('error', (err) => server.listening && logger.error({ err }, 'a connection could not be accepted'));
  // Whichever handler reads the body sends 100 Continue.
  server.on('checkContinue', handle);
  const route = (request: IncomingMessage) => {
    request.url = routeOf(request.url ?? '');
  };
  server.on('listening', () => unreadAnswers.start(server));
  server.prependListener('request', route).prependListener('checkContinue', route);
  return server;
}

/** Node uses the first of two such headers, and hides the second. A proxy in front could have used the second. */
const SINGLE_HEADERS = ['host', 'authorization', 'content-type'];
const SINGLE_HEADER_LENGTHS = new Set(SINGLE_HEADERS.map((name) => name.length));

/** The status to refuse a request with, before its body is read. */
function refuse({ method, url = '', headers, rawHeaders }: IncomingMessage): Refusal | undefined {
  // A preflight must succeed, so that the browser shows the refusal of the request itself to the page.
  if (url.length > LIMITS.urlBytes && method !== 'OPTIONS') return 414;
  if (rawHeaders.length / 2 > LIMITS.headerCount || sizeOf(rawHeaders) > LIMITS.headerBytes) return 431;
  if (repeats(rawHeaders)) return 400;
  const refusal = refuseTarget(headers.host ?? '', url);
  if (refusal !== undefined) return refusal;
  return method === 'POST' ? refuseBody(headers) : undefined;
}

/** The bytes on the wire, with `: ` and the line end of each header. */
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
    if (!SINGLE_HEADER_LENGTHS.has(name.length)) continue;
    const known = name.toLowerCase();
    if (seen.includes(known)) return true;
    if (SINGLE_HEADERS.includes(known)) seen.push(known);
  }
  return false;
}

const HOST = /^[\w.:[\]-]{1,255}$/;
/** A path that URL parsers do not rewrite. */
const PLAIN_PATH = /^(\/[\w-]+)+$/;
/** A cache of valid hosts. */
const hosts = new LRUCache<string, true>({ max: 100 });

function refuseTarget(host: string, url: string): 400 | 404 | undefined {
  if (hosts.has(host) && PLAIN_PATH.test(url)) return undefined;
  const target = HOST.test(host) && url.startsWith('/') ? URL.parse(`http://${host}${url}`) : null;
  if (!target) return 400;
  hosts.set(host, true);
  // A proxy in front may read a path that the parser rewrites (`..`, `\`) differently.
  return target.pathname === url.split('?', 1)[0] ? undefined : 404;
}
