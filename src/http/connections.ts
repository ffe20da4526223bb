import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A client that owes the rest of its request, or reads no answer, is looked at so often when the server closes. */
const LOOK_MS = 2_500;

/** The connections of a server that has yet to listen, and the requests that are in flight on them. */
export class Connections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #inFlight = new Set<ServerResponse>();
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(server: Server) {
    this.#server = server;
    const requested = (_request: IncomingMessage, response: ServerResponse) => this.#requested(response);
    server.on('connection', (socket: Socket) => this.#opened(socket));
    server.prependListener('request', requested).prependListener('checkContinue', requested);
  }

  /** Resolves as soon as no request is in flight. */
  async idle(): Promise<void> {
    if (this.#inFlight.size === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /**
   * Closes the server, and resolves when its last request is answered. Node by itself waits without an end for a connection
   * that never sent a byte, and for the rest of a request: closing stops its clock for `requestTimeout`.
   */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const busy = new Set([...this.#inFlight].map(({ socket }) => socket));
    for (const socket of this.#sockets) if (!busy.has(socket)) socket.destroySoon();
    let slow: ServerResponse[] = [];
    const timer = setInterval(() => {
      for (const response of slow) if (waitsForClient(response)) response.socket?.destroy();
      slow = [...this.#inFlight].filter(waitsForClient);
    }, LOOK_MS);
    await closed;
    clearInterval(timer);
  }

  #opened(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #requested(response: ServerResponse): void {
    this.#inFlight.add(response);
    // Closing waits for connections, and Node keeps one that was busy then: idle, until its client leaves it.
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
