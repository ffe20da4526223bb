import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** While the server closes, a connection is cut after this time without progress by its client. */
const STALL_CHECK_MS = 2_500;

/** The connections of a server and their requests in flight. Create it before the server listens. */
export class Connections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #inFlight = new Set<ServerResponse>();
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(server: Server) {
    this.#server = server;
    const onRequest = (_request: IncomingMessage, response: ServerResponse) => this.#addRequest(response);
    server.on('connection', (socket: Socket) => this.#addSocket(socket));
    server.prependListener('request', onRequest).prependListener('checkContinue', onRequest);
  }

  /** Resolves as soon as no request is in flight. */
  async idle(): Promise<void> {
    if (this.#inFlight.size === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /**
   * Closes the server, and resolves when it has answered its last request. Node's `close` alone would wait forever for a
   * connection that never sent a byte, and for the rest of a request, because it stops the check of `requestTimeout`.
   */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const busy = new Set([...this.#inFlight].map(({ socket }) => socket));
    for (const socket of this.#sockets) if (!busy.has(socket)) socket.destroySoon();
    let stalled: ServerResponse[] = [];
    const timer = setInterval(() => {
      for (const response of stalled) if (waitsForClient(response)) response.socket?.destroy();
      stalled = [...this.#inFlight].filter(waitsForClient);
    }, STALL_CHECK_MS);
    await closed;
    clearInterval(timer);
  }

  #addSocket(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #addRequest(response: ServerResponse): void {
    this.#inFlight.add(response);
    // Node keeps a connection open that was busy when the server closed. End it after its answer.
    response.once('finish', () => this.#server.listening || response.req.socket.destroySoon());
    response.once('close', () => {
      this.#inFlight.delete(response);
      if (this.#inFlight.size > 0) return;
      this.#idle?.resolve();
      this.#idle = undefined;
    });
  }
}

function waitsForClient({ req, writableEnded }: ServerResponse): boolean {
  return !req.complete || writableEnded;
}
