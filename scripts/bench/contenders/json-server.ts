import { createServer, type ServerResponse } from 'node:http';

/** What the handlers without GraphQL read of a request: they know both operations by name. */
export interface Operation {
  readonly operationName: string;
  readonly variables: { readonly id: string };
}

/** A plain Node server: one handler, its failures as GraphQL would tell them. */
export function serveJson(handle: (operation: Operation, response: ServerResponse) => Promise<void>): void {
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      handle(JSON.parse(Buffer.concat(chunks).toString()), response).catch((error: unknown) => {
        sendJson(response, JSON.stringify({ errors: [{ message: String(error) }] }));
      });
    });
  }).listen(0, '127.0.0.1');
}

export function sendJson(response: ServerResponse, body: string | Buffer): void {
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
