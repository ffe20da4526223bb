import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1_000_000;

/** The most memory of all incomplete bodies in a process. A client can open many sockets at little cost. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/**
 * Reads the body of a request. Calls `done` with 413 as soon as the body is too large, or with 503 as soon as all bodies
 * together need too much memory. It then stops reading.
 */
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
    const stop = () => {
      request.off('data', add).off('end', end).off('close', stop);
      count(0);
    };
    const add = (chunk: Buffer) => {
      const fits = collected.add(chunk);
      count(collected.size);
      if (fits && held <= maxHeldBytes) return;
      stop();
      request.pause();
      done(fits ? 503 : 413);
    };
    const end = () => {
      stop();
      done(collected.bytes());
    };
    // A client that disconnects before the end gets no answer.
    request.on('data', add).once('end', end).once('close', stop);
  };
}

/** Reads the body of a web `Request` or `Response`; `undefined` when it is too large. */
export async function readBodyOf({ body }: Bodied): Promise<Buffer | undefined> {
  const collected = new Body();
  if (body) for await (const chunk of body) if (!collected.add(chunk)) return undefined;
  return collected.bytes();
}

interface Bodied {
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Copies all chunks into one buffer. A buffer for each small chunk can need a hundred times more memory. */
class Body {
  #bytes: Buffer = Buffer.of();
  #length = 0;

  /** False when the body is too large. */
  add(chunk: Uint8Array): boolean {
    const start = this.#length;
    this.#length += chunk.length;
    if (this.#length > MAX_BODY_BYTES) return false;
    if (start === 0) {
      // Most bodies have one chunk, which needs no copy.
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      return true;
    }
    if (this.#length > this.#bytes.length) this.#grow(start);
    this.#bytes.set(chunk, start);
    return true;
  }

  /** Bytes of memory. The first chunk is a view of a larger buffer, which stays in memory. */
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
