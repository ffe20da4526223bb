import type { ServerResponse } from 'node:http';
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

/** Ends the connection, too: its body was not read. */
export function sendRefusal(response: ServerResponse, status: Refusal, headers: Headers): void {
  response
    .writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' })
    .end(errorBody('BAD_USER_INPUT', REFUSALS[status]));
}
