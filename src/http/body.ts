import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1_000_000;

/** All bodies together that a process holds while they arrive: sockets cost a client nothing, memory costs us. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** Reads a body of a socket; 413 or 503 as soon as it, or all of them together, are too large, and nothing is read on. */
export type ReadBody = (request: IncomingMessage, done: (body: Buffer | 413 | 503) => void) => void;

export function createBodyReader(maxHeldBytes = MAX_HELD_BYTES): ReadBody {
  let held = 0;
  return (request, done) => {
    const collected = new Body();
    let counted = 0;
    const count = (bytes: number) => {
      held += bytes - counted;
      counted = bytes;
    };
    const leave = () => {
      request.off('data', add).off('end', end).off('close', leave);
      count(0);
    };
    const add = (chunk: Buffer) => {
      const fits = collected.add(chunk);
      count(collected.size);
      if (fits && held <= maxHeldBytes) return;
      leave();
      request.pause();
      done(fits ? 503 : 413);
    };
    const end = () => {
      leave();
      done(collected.bytes());
    };
    // A client that goes away in the middle is nobody to answer.
    request.on('data', add).once('end', end).once('close', leave);
  };
}

/** The same of a request without a socket, or of an answer. */
export async function readBodyOf({ body }: Bodied): Promise<Buffer | undefined> {
  const collected = new Body();
  if (body) for await (const chunk of body) if (!collected.add(chunk)) return undefined;
  return collected.bytes();
}

interface Bodied {
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** One copy of what came, however small its pieces: each of them as a buffer of its own may weigh a hundred times more. */
class Body {
  #bytes: Buffer = Buffer.of();
  #length = 0;

  /** False when it is too much. */
  add(chunk: Uint8Array): boolean {
    const start = this.#length;
    this.#length += chunk.length;
    if (this.#length > MAX_BODY_BYTES) return false;
    if (start === 0) {
      // Nearly all come in one piece, which needs no copy.
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      return true;
    }
    if (this.#length > this.#bytes.length) this.#grow(start);
    this.#bytes.set(chunk, start);
    return true;
  }

  /** Of memory. The first piece is a view of all that came with it. */
  get size(): number {
    return this.#bytes.buffer.byteLength;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(used: number): void {
    const grown = Buffer.allocUnsafe(Math.min(2 * Math.max(this.#length, 16_384), MAX_BODY_BYTES));
    grown.set(this.#bytes.subarray(0, used));
    this.#bytes = grown;
  }
}
