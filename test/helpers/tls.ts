import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { Credentials } from './certificates.ts';
import { listenOnLoopback } from './loopback.ts';

/** A server on this machine whose connections are led elsewhere. */
export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** Speaks TLS in front of a plain server on this machine. */
export async function startTlsFront(targetPort: number, credentials: Credentials): Promise<Relay> {
  const server = createTlsServer(credentials, (socket) => join(socket, connect(targetPort, '127.0.0.1')));
  server.on('tlsClientError', () => {});
  return relay(server);
}

/** Speaks TLS in front of a plain Postgres, once it was asked to (SSLRequest, its protocol's § 55.2.10). */
export async function startPostgresTlsFront(
  target: { readonly host: string; readonly port: number },
  credentials: Credentials,
): Promise<Relay & { readonly encrypted: () => number; readonly plain: () => number }> {
  let [encrypted, plain] = [0, 0];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (first) => {
      const onward = connect(target);
      if (first.length !== 8 || first.readInt32BE(4) !== 80_877_103) {
        plain += 1;
        onward.write(first);
        return join(socket, onward);
      }
      encrypted += 1;
      socket.write('S');
      join(new TLSSocket(socket, { isServer: true, ...credentials }), onward);
    });
  });
  return { ...(await relay(server)), encrypted: () => encrypted, plain: () => plain };
}

/** Both ways, until one of them ends. */
export function join(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy()).on('close', () => other.destroy());
  other.on('error', () => one.destroy()).on('close', () => one.destroy());
  one.pipe(other).pipe(one);
}

async function relay(server: Server): Promise<Relay> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
