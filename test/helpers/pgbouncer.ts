import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnLoopback } from './loopback.ts';

export const POOL_MODES = ['session', 'transaction'] as const;
export type PoolMode = (typeof POOL_MODES)[number];

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(existsSync);

/** Why no pooler can be tested here; `undefined` where one can. */
export const noPgBouncer = PROGRAM
  ? undefined
  : 'there is no pgbouncer on this machine (Debian: apt-get install pgbouncer)';

export interface PgBouncer {
  /** `url` with this pooler in the place of its host. */
  through(url: string): string;
  stop(): Promise<void>;
}

export interface PgBouncerOptions {
  readonly mode: PoolMode;
  /** The Postgres that it stands in front of. */
  readonly target: string;
  /** Connections to the server per database. */
  readonly poolSize: number;
  /** Passwords by user; without, everybody is trusted. */
  readonly users?: Readonly<Record<string, string>>;
}

/** A PgBouncer as it comes, on a free port of this machine. */
export async function startPgBouncer({ mode, target, poolSize, users }: PgBouncerOptions): Promise<PgBouncer> {
  if (!PROGRAM) throw new TypeError(noPgBouncer);
  const { hostname, port: targetPort, username, password } = new URL(target);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'gateway-pgbouncer-'));
  // PgBouncer refuses to run as root, and gives up rights that it has; it then still reads its settings.
  chmodSync(folder, 0o755);
  const login = password === '' ? `user=${username}` : `user=${username} password=${password}`;
  const list = Object.entries(users ?? { [username]: password }).map(([name, secret]) => `"${name}" "${secret}"\n`);
  writeFileSync(join(folder, 'users.txt'), list.join(''));
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${targetPort} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = ${users ? 'md5' : 'trust'}
auth_file = ${join(folder, 'users.txt')}
pool_mode = ${mode}
default_pool_size = ${poolSize}
`,
  );
  const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(PROGRAM, [...asUser, join(folder, 'pgbouncer.ini')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await untilItListens(child, port, () => log);
  return {
    through(url) {
      const way = new URL(url);
      way.hostname = '127.0.0.1';
      way.port = String(port);
      return way.href;
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function untilItListens(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended before it listened: ${log()}`);
    const isUp = await new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      probe.on('connect', () => probe.destroy());
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listenOnLoopback(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
