import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';
import { join, type Relay } from './tls.ts';

/** One tunnel that was asked for. */
export interface Tunnel {
  /** Host and port. */
  readonly target: string;
  readonly authorization: string | undefined;
}

export interface ForwardProxy extends Relay {
  readonly tunnels: readonly Tunnel[];
  /** What to do with tunnels from now on: lead to a port of this machine, or answer with a status. */
  answerWith(answer: (target: string) => { readonly port: number } | { readonly status: number }): void;
}

/** An HTTP proxy that knows CONNECT alone (RFC 9110 § 9.3.6). */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const tunnels: Tunnel[] = [];
  const sockets = new Set<Socket>();
  let answer: Parameters<ForwardProxy['answerWith']>[0] = () => ({ status: 502 });
  const server = createServer((_request, response) => response.writeHead(501).end());
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    socket.on('error', () => {});
    const target = request.url ?? '';
    tunnels.push({ target, authorization: request.headers['proxy-authorization'] });
    const way = answer(target);
    if ('status' in way) return void socket.end(`HTTP/1.1 ${way.status} No\r\ncontent-length: 0\r\n\r\n`);
    const onward = connect(way.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      join(socket, onward);
    });
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    tunnels,
    answerWith(next) {
      answer = next;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
