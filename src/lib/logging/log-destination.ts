import { write, writeSync } from 'node:fs';

/** A write has this many characters, or follows this long after the first line. */
const BATCH = { characters: 16_000, ms: 100 };
/** The most text in memory. Beyond it, lines are lost. */
const MAX_PENDING_CHARACTERS = 16_000_000;
/** The pause before the next write to a full pipe. */
const FULL_PAUSE_MS = 50;
/** At exit, the process waits this long for a reader that reads nothing, and retries in this interval. */
const EXIT_TIMEOUT_MS = 1_000;
const EXIT_PAUSE_MS = 5;

/** Where a logger writes its lines. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * Writes lines to stdout or another file descriptor, in batches, and the rest at exit. A failure does not stop the
 * process. Without a reader (EPIPE), it drops all further lines. When the disk is full, or the reader is too slow, lines
 * are lost, and the next batch begins with a line that has their number.
 */
export function openLogDestination(fd = 1): LogDestination {
  let pending = '';
  let lost = 0;
  let isTorn = false;
  let isClosed = false;
  /** The batch that is being written, or waits for a full pipe. */
  let current: Buffer | undefined;
  let isFull = false;
  let timer: NodeJS.Timeout | undefined;

  process.on('beforeExit', flush);
  process.once('exit', writeRest);
  return {
    write(line) {
      if (isClosed) return;
      if (pending.length > MAX_PENDING_CHARACTERS) {
        lost += 1;
        return;
      }
      pending += line;
      if (pending.length >= BATCH.characters) flush();
      else scheduleFlush();
    },
  };

  function scheduleFlush(): void {
    timer ??= setTimeout(flush, BATCH.ms).unref();
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (current || pending === '') return;
    current = Buffer.from(takePending());
    writeCurrent();
  }

  function takePending(): string {
    const text = `${isTorn ? '\n' : ''}${lost > 0 ? lossLine(lost) : ''}${pending}`;
    pending = '';
    lost = 0;
    isTorn = false;
    return text;
  }

  function writeCurrent(): void {
    isFull = false;
    if (current) write(fd, current, written);
  }

  function written(error: NodeJS.ErrnoException | null, bytes: number): void {
    if (error?.code === 'EAGAIN') {
      isFull = true;
      setTimeout(writeCurrent, FULL_PAUSE_MS).unref();
      return;
    }
    if (error) fail(error);
    else current = current && bytes < current.length ? current.subarray(bytes) : undefined;
    if (current) writeCurrent();
    else if (pending.length >= BATCH.characters && !error) flush();
    else if (pending !== '') scheduleFlush();
  }

  function fail({ code }: NodeJS.ErrnoException): void {
    isClosed = code === 'EPIPE';
    if (isClosed) pending = '';
    lost += current?.toString().split('\n').length ?? 1;
    lost -= 1;
    isTorn = true;
    current = undefined;
  }

  function writeRest(): void {
    if (isClosed) return;
    let giveUpAt = performance.now() + EXIT_TIMEOUT_MS;
    // Node completes a write in flight.
    let rest = Buffer.concat([current && isFull ? current : Buffer.alloc(0), Buffer.from(takePending())]);
    while (rest.length > 0 && performance.now() < giveUpAt) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
        giveUpAt = performance.now() + EXIT_TIMEOUT_MS;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // `writeSync` throws an ErrnoException.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, EXIT_PAUSE_MS);
      }
    }
  }
}

function lossLine(lost: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, lost, msg: 'lines of this log were lost' })}\n`;
}
