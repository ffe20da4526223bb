import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listenOnLoopback } from './loopback.ts';

const CHECK_MS = 250;

/** A load balancer as most are: it keeps connections, and sends nothing to a replica that is not ready. */
export interface Balancer {
  readonly url: string;
  /** The replicas from now on, by URL; each is asked whether it is ready before it gets a request. */
  use(urls: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Requests that were refused a connection go to another replica if they are idempotent; nothing else is repeated. */
export async function startBalancer(): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  let replicas: readonly string[] = [];
  let ready: readonly string[] = [];
  let turn = 0;

  const check = async () => {
    const asked = replicas;
    const answers = await Promise.all(asked.map((url) => isReady(url)));
    if (asked === replicas) ready = asked.filter((_, index) => answers[index]);
  };

  function forward(incoming: IncomingMessage, body: Buffer, response: ServerResponse, triesLeft: number): void {
    turn += 1;
    const target = ready[turn % ready.length];
    if (target === undefined) return void response.writeHead(503).end('no replica is ready');
    const { method, headers, url } = incoming;
    const outgoing = request(new URL(url ?? '/', target), { agent, method, headers });
    outgoing.on('response', (answer) => {
      // What a server says of its connection is between it and the balancer.
      const { connection: _, 'keep-alive': __, ...passed } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, passed);
      answer.pipe(response);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && method === 'GET' && triesLeft > 0) {
        return forward(incoming, body, response, triesLeft - 1);
      }
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end(`${error.code}: ${error.message}`);
    });
    outgoing.end(body);
  }

  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    forward(incoming, Buffer.concat(chunks), response, 2);
  });
  const port = await listenOnLoopback(server);
  const checking = setInterval(check, CHECK_MS);
  return {
    url: `http://127.0.0.1:${port}`,
    async use(urls) {
      replicas = urls;
      await check();
    },
    async close() {
      clearInterval(checking);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/ready`).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.ok === true;
}
