import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Headers } from './answer-headers.ts';
import { errorBody } from './error-body.ts';

/** Messages for requests that the server refuses before it selects a route. */
const REFUSALS = {
  400: 'The request line or a header is malformed, or a header that decides something stands there twice.',
  404: 'There is nothing at this path.',
  411: 'Send the length of the body, or the body in chunks.',
  413: 'The body is too large: 1 MB is the limit.',
  414: 'The URL is too long: send the request by POST.',
  431: 'The headers are too many or too large: 16 kB is the limit, cookies included.',
  501: 'The body may come in chunks, and in no other transfer coding.',
} as const;

export type Refusal = keyof typeof REFUSALS;

export function sendRefusal(response: ServerResponse, status: Refusal, headers: Headers): void {
  const body = errorBody('BAD_USER_INPUT', REFUSALS[status]);
  sendEarly(response, { status, headers: { ...headers, connection: 'close' }, body });
}

export interface EarlyAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON. */
  readonly body: string;
}

/** After an early answer, the server reads and drops the rest of the request for this time. */
const LINGER_MS = 1_000;

/**
 * Answers before the body is read. If there is a body, the connection ends afterwards, with a delay: data that arrives at
 * a closed socket resets the connection, and the client could lose the answer (RFC 9112 § 9.6).
 */
export function sendEarly(response: ServerResponse, { status, headers, body }: EarlyAnswer): void {
  const { req: request } = response;
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(hasBody(request) && { connection: 'close' }),
  });
  // A client that waits for 100 Continue does not send its body.
  if (!hasBody(request) || request.headers.expect !== undefined) return void response.end(body);
  response.write(body);
  // Send the answer now. Invalid data after the head would end the connection in this turn of the event loop.
  response.socket?.uncork();
  const end = () => response.end();
  const timer = setTimeout(end, LINGER_MS);
  response.once('close', () => clearTimeout(timer));
  request.once('end', end).resume();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
