import { type Contender, gateway, HAND, MERCURIUS, PASSTHROUGH, SDK, SDK_KEEP_ALIVE, YOGA } from '../contenders.ts';
import type { Round } from '../load.ts';
import type { Part, RunOptions } from '../part.ts';
import { installPeers } from '../peers.ts';
import { Race } from '../race.ts';
import { pairwise, type Spread, spread } from '../statistics.ts';
import { number, table, withSpread } from '../table.ts';
import { Q1, Q2, type Workload } from '../workloads.ts';

const CONTENDERS = [PASSTHROUGH, HAND, gateway({ name: 'this gateway' }), MERCURIUS, YOGA, SDK_KEEP_ALIVE, SDK];
const CONNECTIONS = 48;
const WARM_UP_MS = 2_000;
const THROUGHPUT = { warmUpMs: 300, measureMs: 1_200 };
const LATENCY = { warmUpMs: 100, measureMs: 500 };

/** What a GraphQL server costs on top of the calls that it makes. */
export const overhead: Part = {
  name: 'overhead',
  describe: 'requests per second and CPU of Q1 and Q2 with 48 connections, latency with one, against other tools',
  async run(options) {
    installPeers(options.note);
    const race = new Race();
    try {
      await race.enter(CONTENDERS, [Q1, Q2]);
      const q1 = await measure(race, Q1, options);
      const q2 = await measure(race, Q2, options);
      const absent = Array.from(race.absent, ([{ name }, reason]) => ({ name, reason }));
      const missing = absent.map(({ name, reason }) => `  left out: ${name}, ${reason}\n`).join('');
      return { table: `${tableOf(q1)}\n${tableOf(q2)}${LEGEND}${missing}`, figures: { Q1: q1, Q2: q2, absent } };
    } finally {
      await race.stop();
    }
  },
};

interface Figures {
  readonly contender: string;
  readonly perSecond: Spread;
  /** Requests per second, as a share of what the hand-written handler reached in the same round. */
  readonly ofHand: Spread;
  readonly cpuMicros: Spread;
  /** The hand-written handler's CPU time as a share of this one's: the ratio where the client is not the limit. */
  readonly cpuOfHand: Spread;
  readonly busy: Spread;
  readonly calls: Spread;
  /** On one connection, beyond the hand-written handler in the same round. */
  readonly addedP50Micros: Spread;
  readonly addedP99Micros: Spread;
  readonly failed: number;
}

async function measure(race: Race, workload: Workload, { long, note }: RunOptions): Promise<WorkloadFigures> {
  const rounds = long ? 15 : 5;
  note(`${workload.name}: ${race.running.size} contenders, ${rounds} rounds`);
  await race.warmUp(workload, CONNECTIONS, WARM_UP_MS);
  const loaded = await race.run({ workload, connections: CONNECTIONS, rounds, duration: THROUGHPUT });
  const single = await race.run({ workload, connections: 1, rounds, duration: LATENCY });
  const figures = Array.from(loaded.keys(), (contender) => figuresOf(contender, loaded, single));
  return { workload: workload.name, rounds, figures };
}

interface WorkloadFigures {
  readonly workload: string;
  readonly rounds: number;
  readonly figures: readonly Figures[];
}

type Rounds = ReadonlyMap<Contender, readonly Round[]>;

function figuresOf(contender: Contender, loaded: Rounds, single: Rounds): Figures {
  const values = (of: Contender, rounds: Rounds, pick: (round: Round) => number) => (rounds.get(of) ?? []).map(pick);
  const compared = (rounds: Rounds, pick: (round: Round) => number, combine: (a: number, hand: number) => number) =>
    pairwise(values(contender, rounds, pick), values(HAND, rounds, pick), combine);
  const share = (a: number, hand: number) => a / hand;
  const micros = (a: number, hand: number) => (a - hand) * 1000;
  return {
    contender: contender.name,
    perSecond: spread(values(contender, loaded, (round) => round.perSecond)),
    ofHand: compared(loaded, (round) => round.perSecond, share),
    cpuMicros: spread(values(contender, loaded, (round) => round.cpuMicros)),
    cpuOfHand: compared(loaded, (round) => 1 / round.cpuMicros, share),
    busy: spread(values(contender, loaded, (round) => round.busy)),
    calls: spread(values(contender, loaded, (round) => round.calls)),
    addedP50Micros: compared(single, (round) => round.latency.p50, micros),
    addedP99Micros: compared(single, (round) => round.latency.p99, micros),
    failed: values(contender, loaded, (round) => round.failed).reduce((sum, failed) => sum + failed, 0),
  };
}

const COLUMNS = [
  '',
  'req/s of hand',
  'req/s',
  'CPU µs',
  'CPU of hand',
  'busy',
  'calls',
  'added p50 µs',
  'p99 µs',
  'failed',
];

function tableOf({ workload, rounds, figures }: WorkloadFigures): string {
  const rows = figures.map((each) => [
    each.contender,
    withSpread(each.ofHand, 2),
    number(each.perSecond.median),
    withSpread(each.cpuMicros),
    withSpread(each.cpuOfHand, 2),
    number(each.busy.median, 2),
    number(each.calls.median, 2),
    withSpread(each.addedP50Micros),
    number(each.addedP99Micros.median),
    number(each.failed),
  ]);
  return table(
    `${workload}: ${CONNECTIONS} connections, ${rounds} interleaved rounds, median (least–most)`,
    COLUMNS,
    rows,
  );
}

const LEGEND = `
  req/s and CPU of hand: round by round, as a share of the hand-written handler's; CPU counts where busy, the share of
  its core that the server used, is below 1: the client was the limit then. Calls are HubSpot's per request. Latency is
  on one connection, beyond the hand-written handler's. This gateway checks a viewer's JWT, its scopes and limits,
  keeps metrics and writes a log line per request; the others do none of that.
`;
