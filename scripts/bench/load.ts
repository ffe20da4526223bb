import { MeasuredProcess } from './measured-process.ts';

export interface LoadSpec {
  /** Connections are spread over them. */
  readonly urls: readonly string[];
  readonly connections: number;
  readonly requests: readonly LoadRequest[];
}

export interface LoadRequest {
  readonly authorization?: string;
  readonly body: string;
}

/** Since `mark`. */
export interface LoadResult {
  readonly seconds: number;
  readonly answered: number;
  /** Not 2xx, with GraphQL errors, or without an answer. */
  readonly failed: number;
  /** Of the answers without errors, in milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** What a round measured: the client's view, and what it cost. */
export interface Round extends LoadResult {
  readonly perSecond: number;
  /** Of all servers together, per answer. */
  readonly cpuMicros: number;
  /** Share of a core that the servers were busy with: well below 1, something else was the limit. */
  readonly busy: number;
  /** HubSpot calls per answer. */
  readonly calls: number;
}

export interface Target {
  readonly servers: readonly MeasuredProcess[];
  /** Counts the calls that HubSpot has had so far. */
  readonly countCalls?: () => Promise<number>;
}

export interface Duration {
  /** What happens meanwhile is not counted. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** The load client's process. It is kept for many rounds, so that it is warm in all of them. */
export class LoadClient {
  readonly #process = new MeasuredProcess({
    file: new URL('peers/load-client.ts', import.meta.url),
    core: 'around',
  });

  /** Asks for a while, and adds up what that cost. */
  async run(target: Target, spec: LoadSpec, duration: Duration): Promise<Round> {
    const [round] = await this.windows(target, spec, { ...duration, count: 1 });
    if (!round) throw new TypeError('no window was measured');
    return round;
  }

  /** The same in several windows on end, without a pause of the clients. */
  async windows(
    target: Target,
    spec: LoadSpec,
    { warmUpMs, measureMs, count }: Duration & { readonly count: number },
  ): Promise<Round[]> {
    const rounds: Round[] = [];
    await this.#process.ask('start', spec);
    await pause(warmUpMs);
    while (rounds.length < count) {
      const before = await costOf(target);
      await this.#process.ask('mark');
      await pause(measureMs);
      const result = await this.#process.ask<LoadResult>('read');
      rounds.push(roundOf(result, before, await costOf(target)));
    }
    await this.#process.ask('stop');
    return rounds;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

interface Cost {
  readonly cpuMicros: number;
  readonly calls: number;
}

async function costOf({ servers, countCalls }: Target): Promise<Cost> {
  const usages = await Promise.all(servers.map((server) => server.usage()));
  const cpuMicros = usages.reduce((sum, usage) => sum + usage.cpuMicros, 0);
  return { cpuMicros, calls: (await countCalls?.()) ?? Number.NaN };
}

function roundOf(result: LoadResult, before: Cost, after: Cost): Round {
  const answers = result.answered + result.failed;
  const cpuMicros = after.cpuMicros - before.cpuMicros;
  return {
    ...result,
    perSecond: result.answered / result.seconds,
    cpuMicros: cpuMicros / answers,
    busy: cpuMicros / 1e6 / result.seconds,
    calls: (after.calls - before.calls) / answers,
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
