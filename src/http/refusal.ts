import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Headers } from './answer-headers.ts';
import { errorBody } from './error-body.ts';

/** The server's words before anybody looks at what was asked. */
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

/** So long is read, and thrown away, what a client goes on sending. */
const LINGER_MS = 1_000;

/**
 * Answers before the body was read, if there is one, and then ends the connection. Not at once: what arrives at a closed socket resets it, and
 * the client might lose the answer (RFC 9112 § 9.6).
 */
export function sendEarly(response: ServerResponse, { status, headers, body }: EarlyAnswer): void {
  const { req: request } = response;
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(hasBody(request) && { connection: 'close' }),
  });
  // A client that waits to be asked for its body sends none.
  if (!hasBody(request) || request.headers.expect !== undefined) return void response.end(body);
  response.write(body);
  // Now, and not at the end of this turn: what comes behind the head may not even parse, and end the connection.
  response.socket?.uncork();
  const end = () => response.end();
  const timer = setTimeout(end, LINGER_MS);
  response.once('close', () => clearTimeout(timer));
  request.once('end', end).resume();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
