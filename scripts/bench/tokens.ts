import { createDatabase } from '../postgres.ts';
import { Fleet } from './fleet.ts';

const PORTAL = {
  hubId: 1,
  domain: 'bench.example',
  user: 'bench@bench.example',
  size: { contacts: 20, deals: 5, companies: 5 },
};
const QUERY = '{ contacts(first: 1) { nodes { id } } }';
const REPLICAS = 3;
const EXPIRIES = 20;
const KILLS = 9;
const LIFE_MS = 1_500;

export interface TokenFigures {
  readonly refreshesPerExpiry: number;
  readonly maxOverlap: number;
  readonly queries: number;
  readonly queriesFailed: number;
  readonly killsSurvived: string;
  readonly recoveryMs: { readonly median: number; readonly max: number };
}

/** Refreshes, overlap, failures and recovery of three gateway processes on one Postgres. */
export async function benchTokens(postgresUrl: string): Promise<TokenFigures> {
  return { ...(await expiries(postgresUrl)), ...(await kills(postgresUrl)) };
}

/** 150 queries at once after every expiry. */
async function expiries(postgresUrl: string) {
  const database = await createDatabase(postgresUrl);
  const simulator = { portals: [PORTAL], accessTokenLifeMs: LIFE_MS, rotation: 'strict' as const };
  const fleet = await Fleet.start({ databaseUrl: database.url, replicas: REPLICAS, tenants: 1, simulator });
  const { log } = fleet.simulator;
  let [queries, queriesFailed] = [0, 0];
  for (let round = 0; round < EXPIRIES; round += 1) {
    const issuedAt = log.tokenCalls('refresh_token').at(-1)?.at ?? Date.now();
    await pause(issuedAt + LIFE_MS + 50 - Date.now());
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, index) => fleet.query(index % REPLICAS, 0, QUERY)),
    );
    queries += answers.length;
    queriesFailed += answers.filter((answer) => !answer || answer.errors).length;
  }
  const refreshesPerExpiry = log.tokenCalls('refresh_token').length / EXPIRIES;
  const maxOverlap = log.maxRefreshOverlap;
  await fleet.stop();
  await database.drop();
  return { refreshesPerExpiry, maxOverlap, queries, queriesFailed };
}

/** `kill -9` of the replica that refreshes; how long until another one answers for that portal again. */
async function kills(postgresUrl: string) {
  const database = await createDatabase(postgresUrl);
  const simulator = { portals: [PORTAL], accessTokenLifeMs: LIFE_MS };
  const fleet = await Fleet.start({ databaseUrl: database.url, replicas: REPLICAS, tenants: KILLS, simulator });
  await pause(LIFE_MS);
  const recoveries: number[] = [];
  for (let tenant = 0; tenant < KILLS; tenant += 1) {
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
  recoveries.sort((a, b) => a - b);
  const median = Math.round(recoveries[Math.floor(recoveries.length / 2)] ?? 0);
  return { killsSurvived: `${survived} of ${KILLS}`, recoveryMs: { median, max: Math.round(recoveries.at(-1) ?? 0) } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
