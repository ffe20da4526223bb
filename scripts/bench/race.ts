import { type Contender, HAND, type HubspotAccess, type Running } from './contenders.ts';
import { checkAnswer } from './equality.ts';
import { type Duration, LoadClient, type Round } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import type { Workload } from './workloads.ts';

export interface RaceOptions {
  readonly workload: Workload;
  readonly connections: number;
  readonly rounds: number;
  readonly duration: Duration;
}

/** Contenders side by side in front of one stub of HubSpot; each round asks all of them, one after the other. */
export class Race {
  /** Those that answer as the hand-written handler does. */
  readonly running = new Map<Contender, Running>();
  /** Those that are out, and why. */
  readonly absent = new Map<Contender, string>();
  readonly #stub = new MeasuredProcess({ file: new URL('hubspot-stub.ts', import.meta.url), core: 'around' });
  readonly #client = new LoadClient();

  /** HAND must be among the contenders: it is what the others are compared with. */
  async enter(contenders: readonly Contender[], workloads: readonly Workload[]): Promise<void> {
    const hubspot = { url: await this.#stub.url, hubId: 1, accessToken: 'access', refreshToken: 'refresh' };
    for (const contender of contenders) {
      const running = await this.#start(contender, hubspot);
      if (running) this.running.set(contender, running);
    }
    const reference = this.running.get(HAND);
    if (!reference) throw new Error(`the hand-written handler did not start: ${this.absent.get(HAND)}`);
    for (const [contender, running] of this.running) {
      try {
        for (const workload of workloads) await checkAnswer(contender, running, workload, reference);
      } catch (error) {
        await this.#drop(contender, running, error);
      }
    }
  }

  /** Every contender's rounds, in the order in which they were run. */
  async run({ workload, connections, rounds, duration }: RaceOptions): Promise<Map<Contender, Round[]>> {
    const results = new Map<Contender, Round[]>([...this.running.keys()].map((contender) => [contender, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [contender, running] of this.running) {
        results.get(contender)?.push(await this.#ask(running, workload, connections, duration));
      }
    }
    return results;
  }

  /** Long enough for every contender's code to be compiled. */
  async warmUp(workload: Workload, connections: number, warmUpMs: number): Promise<void> {
    for (const running of this.running.values()) {
      await this.#ask(running, workload, connections, { warmUpMs, measureMs: 0 });
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((running) => running.stop()));
    await Promise.all([this.#client.stop(), this.#stub.stop()]);
  }

  #ask(running: Running, workload: Workload, connections: number, duration: Duration): Promise<Round> {
    const { servers, urls, request } = running;
    const requests = workload.bodies.map((body) => request(body));
    const countCalls = () => this.#stub.ask<number>('calls');
    return this.#client.run({ servers, countCalls }, { urls, connections, requests }, duration);
  }

  async #start(contender: Contender, hubspot: HubspotAccess): Promise<Running | undefined> {
    try {
      return await contender.start(hubspot);
    } catch (error) {
      this.absent.set(contender, messageOf(error));
      return undefined;
    }
  }

  async #drop(contender: Contender, running: Running, error: unknown): Promise<void> {
    this.running.delete(contender);
    this.absent.set(contender, messageOf(error));
    await running.stop();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
