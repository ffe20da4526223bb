import { gateway, type Running } from '../contenders.ts';
import { LoadClient, pause } from '../load.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { Part } from '../part.ts';
import { installPeers } from '../peers.ts';
import type { Memory } from '../probe.ts';
import { type Spread, spread, trend } from '../statistics.ts';
import { number, table, withSpread } from '../table.ts';
import { Q2 } from '../workloads.ts';

const CONNECTIONS = 48;
const WINDOW_MS = 5_000;
/** Code that is still being compiled, and caches that fill, are no leak: so many windows go before the first sample. */
const WARM_UP_WINDOWS = 4;

/** Between two windows, when nothing is under way. */
interface Sample {
  /** Since the first one. */
  readonly minutes: number;
  readonly answered: number;
  readonly memory: Memory;
}

/** Whether memory comes to rest under load. */
export const memory: Part = {
  name: 'memory',
  describe: 'heap after a forced garbage collection while Q2 is asked at full speed; 30 minutes with --long',
  async run({ long, note }) {
    installPeers(note);
    const seconds = long ? 1_800 : 60;
    note(`Q2 at full speed for ${seconds} s`);
    const stub = new MeasuredProcess({ file: new URL('../hubspot-stub.ts', import.meta.url), core: 'around' });
    const grant = { hubId: 1, accessToken: 'access', refreshToken: 'refresh' };
    const running = await gateway({ name: 'this gateway' }).start({ url: await stub.url, ...grant });
    const client = new LoadClient();
    try {
      const idle = await memoryOf(running);
      const samples: Sample[] = [];
      const spec = { urls: running.urls, connections: CONNECTIONS, requests: Q2.bodies.map(running.request) };
      let [startedAt, answered] = [0, 0];
      for (let window = 1; window * WINDOW_MS <= seconds * 1000; window += 1) {
        const round = await client.run(running, spec, { warmUpMs: 0, measureMs: WINDOW_MS });
        if (window < WARM_UP_WINDOWS) continue;
        if (samples.length === 0) startedAt = performance.now();
        else answered += round.answered + round.failed;
        const minutes = (performance.now() - startedAt) / 60_000;
        samples.push({ minutes, answered, memory: await memoryOf(running) });
      }
      const figures = { seconds, idle, samples, ...trendOf(samples) };
      return { figures, table: tableOf(figures) };
    } finally {
      await Promise.all([client.stop(), running.stop()]);
      await stub.stop();
    }
  },
};

async function memoryOf({ servers: [server] }: Running): Promise<Memory> {
  if (!server) throw new TypeError('there is no server');
  // What was under way when the clients left ends meanwhile.
  await pause(200);
  return server.memory();
}

function trendOf(samples: readonly Sample[]) {
  return {
    heap: spread(samples.map(({ memory }) => memory.heap)),
    resident: spread(samples.map(({ memory }) => memory.resident)),
    bytesPerMinute: trend(samples.map(({ minutes, memory }) => ({ x: minutes, y: memory.heap }))),
    bytesPerAnswer: trend(samples.map(({ answered, memory }) => ({ x: answered, y: memory.heap }))),
    answered: samples.at(-1)?.answered ?? 0,
  };
}

const MB = 1024 * 1024;

function tableOf(figures: ReturnType<typeof trendOf> & { seconds: number; idle: Memory }): string {
  const { idle, heap, resident, bytesPerMinute, bytesPerAnswer, answered, seconds } = figures;
  return table(
    `memory: Q2 at full speed for ${seconds} s, after forced garbage collections`,
    ['', 'median (spread)'],
    [
      ['heap before, MB', number(idle.heap / MB, 1)],
      ['heap between, MB', withSpread(per(MB, heap), 1)],
      ['resident between, MB', withSpread(per(MB, resident), 1)],
      ['heap grows, KB per minute', withSpread(per(1024, bytesPerMinute))],
      ['heap grows, bytes per answer', withSpread(bytesPerAnswer)],
      ['answers meanwhile', number(answered)],
    ],
  );
}

function per(unit: number, { median, min, max }: Spread): Spread {
  return { median: median / unit, min: min / unit, max: max / unit };
}
