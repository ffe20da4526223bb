import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1_000_000;

/** Reads a body of a socket and counts: `undefined` as soon as it has more than it may, and nothing is read on. */
export function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const collected = new Body();
  const add = (chunk: Buffer) => {
    if (collected.add(chunk)) return;
    request.off('data', add).off('end', end).pause();
    done(undefined);
  };
  const end = () => done(collected.bytes());
  // A client that goes away in the middle is nobody to answer.
  request.on('data', add).once('end', end);
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

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(used: number): void {
    const grown = Buffer.allocUnsafe(Math.min(2 * Math.max(this.#length, 16_384), MAX_BODY_BYTES));
    grown.set(this.#bytes.subarray(0, used));
    this.#bytes = grown;
  }
}
