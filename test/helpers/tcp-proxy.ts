import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of the connections of a proxy: cut with RST, ended with FIN, or silent as if a cable was pulled. */
export type Cut = 'reset' | 'end' | 'freeze';

/** A way to a TCP server that can be cut: real sockets, so clients see what a network does to them. */
export interface TcpProxy {
  readonly port: number;
  /** `url` with this proxy in the place of its host. */
  through(url: string): string;
  /** Cuts what is open; `freeze` also leaves new connections without an answer, until `heal`. */
  cut(how: Cut): void;
  /** Cuts all as soon as a client sends `text`: before it is passed on, or when it was answered and nobody heard. */
  cutAt(text: string, how: Cut, moment?: 'before' | 'answered'): void;
  /** New connections pass again; a plan of `cutAt` is forgotten. */
  heal(): void;
  /** Connections that were made so far. */
  readonly accepted: number;
  /** Those that are open on the client's side. */
  readonly open: number;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  /** None when the connection came while nothing passed: the server never heard of it. */
  readonly server: Socket | undefined;
  isFrozen: boolean;
}

/** A proxy on loopback in front of the server that `target` names. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const pairs = new Set<Pair>();
  /** Those of clients that hung up while nothing passed: the server hears of it when something passes again. */
  const deserted = new Set<Socket>();
  let isFrozen = false;
  let accepted = 0;
  let plan: { text: string; how: Cut; moment: 'before' | 'answered' } | undefined;
  let isAnswerDue = false;

  const cut = (how: Cut) => {
    plan = undefined;
    isAnswerDue = false;
    if (how === 'freeze') isFrozen = true;
    for (const pair of pairs) {
      if (how === 'freeze') pair.isFrozen = true;
      else for (const socket of [pair.client, pair.server]) how === 'reset' ? socket?.resetAndDestroy() : socket?.end();
    }
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    const far = isFrozen ? undefined : connect({ port: Number(targetPort), host: hostname });
    const pair: Pair = { client, server: far, isFrozen };
    pairs.add(pair);
    client.on('close', () => pairs.delete(pair));
    client.on('error', () => {});
    client.on('data', (chunk: Buffer) => {
      const isMeant = plan !== undefined && chunk.includes(plan.text);
      if (isMeant && plan?.moment === 'before') cut(plan.how);
      if (isMeant && plan?.moment === 'answered') isAnswerDue = true;
      if (!pair.isFrozen) far?.write(chunk);
    });
    client.on('end', () => {
      if (!pair.isFrozen) far?.end();
      else if (far && isFrozen) deserted.add(far);
      else far?.destroy();
    });
    if (far) pass(far, pair);
  });

  /** A frozen peer neither hears nor says good-bye. */
  function pass(far: Socket, pair: Pair): void {
    const { client } = pair;
    far.on('error', () => {});
    far.on('data', (chunk: Buffer) => {
      if (isAnswerDue && plan) cut(plan.how);
      if (!pair.isFrozen) client.write(chunk);
    });
    far.on('end', () => pair.isFrozen || client.end());
    far.on('close', (hadError) => pair.isFrozen || !hadError || client.resetAndDestroy());
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A TCP server that listens has one.

  return {
    port,
    through(url) {
      const way = new URL(url);
      way.hostname = '127.0.0.1';
      way.port = String(port);
      return way.href;
    },
    cut,
    cutAt(text, how, moment = 'before') {
      plan = { text, how, moment };
    },
    heal() {
      plan = undefined;
      isFrozen = false;
      isAnswerDue = false;
      for (const far of deserted) far.destroy();
      deserted.clear();
    },
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { client, server: far } of pairs) {
        client.destroy();
        far?.destroy();
      }
      for (const far of deserted) far.destroy();
      await closed;
    },
  };
}
