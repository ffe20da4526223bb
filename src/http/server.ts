import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServerAdapter } from '@whatwg-node/server';
import { LRUCache } from 'lru-cache';
import { type AnswerDirectly, isDirect } from './direct-graphql.ts';
import { errorBody } from './error-body.ts';

/** What a request may be before anybody looks at it. */
const LIMITS = { bodyBytes: 1_000_000, headerBytes: 16_384, headerCount: 100, connections: 10_000 };

// Slow clients are cut off; idle sockets outlive a proxy's, which closes them after 60 s as a rule.
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 70_000,
  connectionsCheckingInterval: 5_000,
};

export interface HttpServerOptions {
  /** Answers everything. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Answers what `isDirect` lets through, or hands it back. */
  readonly direct: AnswerDirectly;
  /** A route's own path and query for those of a request; the same ones when left out. */
  readonly routeOf?: (target: string) => string;
}

/** A Node server for `fetch`, closed to what HTTP allows and nobody here needs. */
export function createHttpServer({ fetch, direct, routeOf = (target) => target }: HttpServerOptions): Server {
  const adapter = createServerAdapter(fetch);
  const server = createServer({ ...TIMEOUTS, maxHeaderSize: LIMITS.headerBytes }, (request, response) => {
    // Closing waits for connections, and Node keeps one that was busy then: idle, until its client leaves it.
    response.once('finish', () => server.listening || request.socket.destroySoon());
    const refusal = refuse(request);
    if (refusal !== undefined) send(response, refusal);
    else if (!isDirect(request)) void adapter.handle(request, response);
    else direct(request, response, (body) => void adapter.handle(Object.assign(request, { body }), response));
  });
  // Node drops headers beyond this count without a word; we count ourselves and refuse.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = 1_000;
  server.maxConnections = LIMITS.connections;
  server.on('checkContinue', (request, response) => send(response, refuse(request) ?? 417));
  const route = (request: IncomingMessage) => {
    request.url = routeOf(request.url ?? '');
  };
  server.prependListener('request', route).prependListener('checkContinue', route);
  return server;
}

/** Of two, Node believes the first and hides the second: which one a proxy in front believed is then anybody's guess. */
const ONCE = ['host', 'authorization', 'content-type'];
const ONCE_LENGTHS = new Set(ONCE.map((name) => name.length));

/** The status to refuse a request with, before its body is read. */
function refuse({ method, url = '', headers, rawHeaders }: IncomingMessage): number | undefined {
  if (rawHeaders.length / 2 > LIMITS.headerCount) return 431;
  if (repeats(rawHeaders)) return 400;
  const refusal = refuseTarget(headers.host ?? '', url);
  if (refusal !== undefined) return refusal;
  if (method !== 'POST') return undefined;
  if (headers['transfer-encoding'] !== undefined || headers['content-length'] === undefined) return 411;
  return Number(headers['content-length']) > LIMITS.bodyBytes ? 413 : undefined;
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

function send(response: ServerResponse, status: number): void {
  const body = errorBody('BAD_USER_INPUT', 'The request was refused.');
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
}
