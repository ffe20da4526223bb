import { createDatabase, findPostgres } from '../../postgres.ts';
import { Fleet } from '../fleet.ts';
import { pause } from '../load.ts';
import type { Part } from '../part.ts';
import { spread } from '../statistics.ts';
import { number } from '../table.ts';

const PORTAL = {
  hubId: 1,
  domain: 'bench.example',
  user: 'bench@bench.example',
  size: { contacts: 20, deals: 5, companies: 5 },
};
const QUERY = '{ contact(id: "100001") { email } }';
const REPLICAS = 3;
const LIFE_MS = 1_500;

/** Refreshes, overlap, failures and recovery of three gateway processes on one Postgres. */
export const tokens: Part = {
  name: 'tokens',
  describe: 'refreshes per expiry, queries failed, and kills survived by three processes on one Postgres',
  async run({ long, note }) {
    const postgres = await findPostgres();
    try {
      note('queries around each expiry');
      const expired = await expiries(postgres.url, long ? 20 : 10);
      note('killing whoever refreshes');
      const killed = await kills(postgres.url, long ? 9 : 3);
      return {
        figures: { ...expired, ...killed },
        table: `tokens: three processes on one Postgres

  refreshes per expiry        ${expired.refreshesPerExpiry}
  refreshes that overlapped   ${expired.maxOverlap - 1}
  queries failed              ${expired.queriesFailed} of ${expired.queries}
  kills survived              ${killed.killsSurvived}
  recovery after a kill       median ${number(killed.recoveryMs.median)} ms, at most ${number(killed.recoveryMs.max)} ms (the lease is 3 s)
`,
      };
    } finally {
      await postgres.stop();
    }
  },
};

/** 150 queries at once after every expiry. */
async function expiries(postgresUrl: string, count: number) {
  const database = await createDatabase(postgresUrl);
  const simulator = { portals: [PORTAL], accessTokenLifeMs: LIFE_MS, rotation: 'strict' as const };
  const fleet = await Fleet.start({ databaseUrl: database.url, replicas: REPLICAS, tenants: 1, simulator });
  const { log } = fleet.simulator;
  let [queries, queriesFailed] = [0, 0];
  for (let round = 0; round < count; round += 1) {
    const issuedAt = log.tokenCalls('refresh_token').at(-1)?.at ?? Date.now();
    await pause(Math.max(0, issuedAt + LIFE_MS + 50 - Date.now()));
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, index) => fleet.query(index % REPLICAS, 0, QUERY)),
    );
    queries += answers.length;
    queriesFailed += answers.filter((answer) => !answer || answer.errors).length;
  }
  const refreshesPerExpiry = log.tokenCalls('refresh_token').length / count;
  const maxOverlap = log.maxRefreshOverlap;
  await fleet.stop();
  await database.drop();
  return { refreshesPerExpiry, maxOverlap, queries, queriesFailed };
}

/** `kill -9` of the replica that refreshes; how long until another one answers for that portal again. */
async function kills(postgresUrl: string, count: number) {
  const database = await createDatabase(postgresUrl);
  const simulator = { portals: [PORTAL], accessTokenLifeMs: LIFE_MS };
  const fleet = await Fleet.start({ databaseUrl: database.url, replicas: REPLICAS, tenants: count, simulator });
  await pause(LIFE_MS);
  const recoveries: number[] = [];
  for (let tenant = 0; tenant < count; tenant += 1) {
    const held = fleet.simulator.faults.add({
      match: '^POST /oauth/[^/]+/token$',
      times: 1,
      fault: { kind: 'hold', processed: true },
    });
    const victim = tenant % REPLICAS;
    const lost = fleet.query(victim, tenant, QUERY);
    await held.reached(1);
    const killed = fleet.replace(victim);
    held.remove();
    const startedAt = performance.now();
    void Promise.all([lost, killed]);
    for (let recovered = false; !recovered && performance.now() - startedAt < 30_000; ) {
      const answer = await fleet.query((victim + 1) % REPLICAS, tenant, QUERY);
      recovered = answer !== undefined && !answer.errors;
    }
    recoveries.push(performance.now() - startedAt);
    await killed;
  }
  const survived = recoveries.filter((ms) => ms < 30_000).length;
  await fleet.stop();
  await database.drop();
  return { killsSurvived: `${survived} of ${count}`, recoveryMs: spread(recoveries) };
}
