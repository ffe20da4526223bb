import { connect, type Socket } from 'node:net';

/** An answer as it stood on the wire. */
export interface RawAnswer {
  /** Of the first answer; 0 when the server closed without one. */
  readonly status: number;
  /** Everything that came, head and body, of all answers. */
  readonly text: string;
}

/** No answer takes this long; a test that waits for it has failed. */
const PATIENCE_MS = 10_000;

/**
 * Sends bytes as no polite client would, and reads until the server closes. Where they are not the whole of a request,
 * the client says that nothing more will come.
 */
export function exchange(url: string, bytes: string | Buffer, isWhole = true): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = open(url);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the server neither answered nor closed')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that refuses closes while we may still be writing.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
    if (isWhole) socket.write(bytes);
    else socket.end(bytes);
  });
}

/** Sends bytes and hangs up as soon as they left. */
export function sendAndHangUp(url: string, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = open(url);
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.write(bytes, () => socket.destroy());
  });
}

function open(url: string): Socket {
  const { port } = new URL(url);
  return connect(Number(port), '127.0.0.1');
}
