import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Question, Reply } from './ipc.ts';
import type { Memory, Usage } from './probe.ts';

const PROBE = new URL('probe.ts', import.meta.url).href;

/** True where processes can be kept on a core each. */
export const PINNED = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Cores by their role: what is measured has one to itself, everything around it has the rest. */
const CORES = { server: '0', around: `1-${availableParallelism() - 1}` };

/** What processes print goes to files, as it would in production; only an early end makes anybody read them. */
const LOGS = mkdtempSync(join(tmpdir(), 'gateway-bench-logs-'));
process.on('exit', () => rmSync(LOGS, { recursive: true, force: true }));
let started = 0;

export interface ProcessOptions {
  readonly file: URL;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly core: keyof typeof CORES;
}

/** A Node process of the benchmark: it can be asked what it used, and it ends with the benchmark. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #listening = Promise.withResolvers<string>();
  #nextId = 1;

  constructor({ file, args = [], env = {}, core }: ProcessOptions) {
    const node = [process.execPath, '--expose-gc', '--import', PROBE, file.pathname, ...args];
    const [command = '', ...rest] = PINNED ? ['taskset', '-c', CORES[core], ...node] : node;
    started += 1;
    const log = join(LOGS, `${started}-${basename(file.pathname)}.log`);
    const output = openSync(log, 'a');
    this.#child = spawn(command, rest, {
      env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.#child.on('message', (message: Reply | { listening: string }) => {
      if ('listening' in message) this.#listening.resolve(message.listening);
      else this.#waiting.get(message.id)?.(message);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        const printed = endOf(log);
        const told = /^\w*Error\b.*/m.exec(printed)?.[0] ?? printed.slice(-500);
        resolve(`${basename(file.pathname)} ended with ${signal ?? code}: ${told}`);
      });
    });
    void this.#exited.then((reason) => this.#listening.reject(new Error(reason)));
    // A process that is never asked for its URL may end without anybody waiting for one.
    this.#listening.promise.catch(() => {});
  }

  /** Where it listens, as soon as it does. */
  get url(): Promise<string> {
    return this.#listening.promise;
  }

  usage(): Promise<Usage> {
    return this.ask<Usage>('usage');
  }

  /** After a forced garbage collection. */
  memory(): Promise<Memory> {
    return this.ask<Memory>('memory');
  }

  /** Sockets, servers and timers, by their kind. */
  resources(): Promise<Readonly<Record<string, number>>> {
    return this.ask('resources');
  }

  /** Asks what the process answers by `answer` of ipc.ts; the caller knows of what shape the answer is. */
  async ask<T>(ask: string, argument?: unknown): Promise<T> {
    const id = this.#nextId++;
    const replied = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    // A child that has ended is told by its end; the callback keeps Node from telling it once more.
    this.#child.send({ id, ask, argument } satisfies Question, () => {});
    const reply = await Promise.race([replied, this.#exited]);
    this.#waiting.delete(id);
    if (typeof reply === 'string') throw new Error(reply);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer as T;
  }

  async stop(): Promise<void> {
    // Nothing of it is kept, so nothing needs to be put away.
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

/** What a process printed last: half an hour of requests is more than a string can hold. */
function endOf(log: string): string {
  const file = openSync(log, 'r');
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, 64 * 1024));
    readSync(file, end, { position: size - end.length });
    return end.toString();
  } finally {
    closeSync(file);
  }
}
