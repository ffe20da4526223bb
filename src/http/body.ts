import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counts } from '../lib/counts.ts';

export const MAX_BODY_BYTES = 1_000_000;

/**
 * The most memory of all bodies in a process. Clients can open many sockets, and wait long for answers, at little cost.
 */
const MAX_HELD_BYTES = 128 * 1024 * 1024;

/** A request whose body is to be read, and for which tenant. */
export interface BodyRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly tenantId: string;
}

/**
 * Reads the body of a request. Calls `done` with 413 as soon as the body is too large, or with 503 as soon as there is no
 * memory left for it. It then stops reading. A body counts until its answer is sent, because variables and documents stay
 * in memory until then.
 */
export type ReadBody = (exchange: BodyRequest, done: (body: Buffer | 413 | 503) => void) => void;

/** A tenant gets no more of `maxHeldBytes` than what is still free, so that others find room. */
export function createBodyReader(maxHeldBytes = MAX_HELD_BYTES): ReadBody {
  const ofTenants = new Counts();
  let held = 0;
  return ({ request, response, tenantId }, done) => {
    const collected = new Body();
    let counted = 0;
    const count = (bytes: number) => {
      held += bytes - counted;
      ofTenants.add(tenantId, bytes - counted);
      counted = bytes;
    };
    const stop = () => {
      request.off('data', add).off('end', end);
    };
    const release = () => {
      stop();
      count(0);
    };
    const add = (chunk: Buffer) => {
      const fits = collected.add(chunk);
      count(collected.size);
      if (fits && held + ofTenants.of(tenantId) <= maxHeldBytes) return;
      release();
      request.pause();
      done(fits ? 503 : 413);
    };
    const end = () => {
      stop();
      const body = collected.bytes();
      count(body.length);
      done(body);
    };
    request.on('data', add).once('end', end);
    response.once('close', release);
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
