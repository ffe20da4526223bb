import { write, writeSync } from 'node:fs';

/** Lines go out many at a time, each a moment late at most. */
const TOGETHER = { characters: 16_000, ms: 100 };
/** The most text that waits for a slow reader. Beyond it, lines are lost. */
const MAX_WAITING_CHARACTERS = 16_000_000;
/** A pipe that is full is tried again after this. */
const FULL_PAUSE_MS = 50;
/** The end of the process waits no longer for a reader that takes nothing, and looks so often. */
const LAST_PATIENCE_MS = 1_000;
const LAST_PAUSE_MS = 5;

/** Where a logger writes its lines. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * Stdout, or another file descriptor, by many lines at a time; the end of the process writes what is left. No failure
 * there ends or stops the process: without a reader (EPIPE) it goes on in silence; when a disk is full or a reader falls
 * behind, lines are lost, and the next that goes out is preceded by one that tells how many.
 */
export function openLogDestination(fd = 1): LogDestination {
  let waiting = '';
  let lost = 0;
  let isTorn = false;
  let isGone = false;
  /** The text that is being written, or waits for a full pipe. */
  let current: Buffer | undefined;
  let isFull = false;
  let timer: NodeJS.Timeout | undefined;

  process.on('beforeExit', hand);
  process.once('exit', writeRest);
  return {
    write(line) {
      if (isGone) return;
      if (waiting.length > MAX_WAITING_CHARACTERS) {
        lost += 1;
        return;
      }
      waiting += line;
      if (waiting.length >= TOGETHER.characters) hand();
      else later();
    },
  };

  function later(): void {
    timer ??= setTimeout(hand, TOGETHER.ms).unref();
  }

  function hand(): void {
    clearTimeout(timer);
    timer = undefined;
    if (current || waiting === '') return;
    current = Buffer.from(taken());
    writeCurrent();
  }

  function taken(): string {
    const text = `${isTorn ? '\n' : ''}${lost > 0 ? lossLine(lost) : ''}${waiting}`;
    waiting = '';
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
    else if (waiting.length >= TOGETHER.characters && !error) hand();
    else if (waiting !== '') later();
  }

  function fail({ code }: NodeJS.ErrnoException): void {
    isGone = code === 'EPIPE';
    if (isGone) waiting = '';
    lost += current?.toString().split('\n').length ?? 1;
    lost -= 1;
    isTorn = true;
    current = undefined;
  }

  function writeRest(): void {
    if (isGone) return;
    let giveUpAt = performance.now() + LAST_PATIENCE_MS;
    // A write that is under way is finished by Node itself.
    let rest = Buffer.concat([current && isFull ? current : Buffer.alloc(0), Buffer.from(taken())]);
    while (rest.length > 0 && performance.now() < giveUpAt) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
        giveUpAt = performance.now() + LAST_PATIENCE_MS;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return; // Node's own calls throw nothing else.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_PAUSE_MS);
      }
    }
  }
}

function lossLine(lost: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, lost, msg: 'lines of this log were lost' })}\n`;
}
