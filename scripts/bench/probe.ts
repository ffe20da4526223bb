import { subscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';
import { answer } from './ipc.ts';

// Loaded into every process that is measured, before anything of its own (`--import`).

/** What a process has used since its start. */
export interface Usage {
  /** User and system time of all its threads, in microseconds. */
  readonly cpuMicros: number;
}

/** Memory of a process, in bytes. */
export interface Memory {
  readonly heap: number;
  readonly resident: number;
}

answer('usage', (): Usage => {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system };
});

/** Twice, since what a finaliser lets go of is free only then. */
answer('memory', (): Memory => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
});

/** What keeps the event loop alive, by its kind: sockets, servers, timers. */
answer('resources', (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
});

// Whatever the server is built with, Node tells when it listens.
subscribe('tracing:net.server.listen:asyncEnd', (event) => {
  const server: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'server') : undefined;
  const address = server instanceof Server ? server.address() : undefined;
  if (typeof address === 'object' && address) process.send?.({ listening: `http://127.0.0.1:${address.port}` });
});
