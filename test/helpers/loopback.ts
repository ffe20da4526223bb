import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** One request that a loopback server was sent. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** An HTTP server on this machine that answers as a test wants: the far end of a client under test. */
export interface Loopback {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** What to do with requests from now on; it may also cut the connection. */
  answerWith(answer: Answer): void;
  close(): Promise<void>;
}

export async function startLoopback(): Promise<Loopback> {
  const received: ReceivedRequest[] = [];
  let answer: Answer = (response) => response.writeHead(500).end();
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
    received.push(request);
    answer(response, request);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerWith(next) {
      answer = next;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The port that was free. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // A TCP server that listens has one.
}

/** Answers with `body`: text as it is, anything else as JSON. */
export function respond(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}
