import { connect } from 'node:net';
import type { RawAnswer } from './raw-http.ts';
import type { Stack } from './stack.ts';

/** More than a gateway holds for one tenant, 64 MB, in bodies that are as large as they may be. */
const CLIENTS = 80;
const SENT = 990_000;

export interface HeldBodies {
  /** What the first client was told that was refused. */
  readonly refused: Promise<RawAnswer>;
  /** How many have been told anything. */
  readonly answers: readonly string[];
  leave(): void;
}

/** Clients with good tokens who send bodies and never the end of them. */
export function holdBodies(stack: Stack): HeldBodies {
  const answers: string[] = [];
  const refused = Promise.withResolvers<RawAnswer>();
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${stack.token()}\r\n`;
  const type = 'Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n';
  const sockets = Array.from({ length: CLIENTS }, () => {
    const socket = connect(Number(new URL(stack.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.once('data', (data) => {
      const text = data.toString();
      answers.push(text);
      refused.resolve({ status: Number(text.slice(9, 12)), text });
    });
    socket.write(head + type + ' '.repeat(SENT));
    return socket;
  });
  return {
    refused: refused.promise,
    answers,
    leave() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
