import type { Rotation } from 'hubspot-graphql-gateway-simulator';
import { expect, it } from 'vitest';
import { Fleet } from '../../scripts/bench/fleet.ts';
import { createPostgresDatabase } from '../helpers/databases.ts';
import { SMALL_PORTAL } from '../helpers/stack.ts';

/** Over the three modes together; the long run asks for 500. */
const KILLS = Number(process.env.CHAOS_KILLS ?? 9);
const TENANTS = 12;
const CLIENTS = 8;
const LIFE_MS = 500;
const QUERY = '{ installation { status statusReason } contact(id: "100001") { email } }';
/** What a frontend may see while replicas die: to be tried again. On a busy machine such a token ends on its way, twice. */
const PASSING = [
  'HUBSPOT_UNAVAILABLE',
  'HUBSPOT_UNAUTHORIZED',
  'STORAGE_UNAVAILABLE',
  'RATE_LIMITED',
  'REAUTHORIZATION_REQUIRED',
];

it.each(['same', 'grace', 'strict'] satisfies Rotation[])(
  'loses no grant to kill -9 that HubSpot still accepts (%s)',
  async (rotation) => {
    const database = await createPostgresDatabase();
    const simulator = { portals: [SMALL_PORTAL], accessTokenLifeMs: LIFE_MS, rotation };
    const fleet = await Fleet.start({ databaseUrl: database.url, replicas: 3, tenants: TENANTS, simulator });
    try {
      const codes = await killWhileAsking(fleet, Math.ceil(KILLS / 3));
      expect([...codes].filter((code) => !PASSING.includes(code))).toEqual([]);

      // Leases of the dead run out; then whoever has a token that HubSpot accepts answers again.
      await expect
        .poll(() => statuses(fleet), { timeout: 40_000, interval: 500 })
        .toEqual(await expected(fleet, rotation));
      expect(fleet.simulator.log.tokenCalls('refresh_token').length).toBeGreaterThan(TENANTS);
    } finally {
      await fleet.stop();
      await database.drop();
    }
  },
  600_000,
);

async function killWhileAsking(fleet: Fleet, kills: number): Promise<Set<string>> {
  const codes = new Set<string>();
  let killing = true;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = 0; killing; turn += 1) {
      const answer = await fleet.query((client + turn) % 3, (client * 5 + turn) % TENANTS, QUERY);
      for (const { extensions } of answer?.errors ?? []) codes.add(extensions.code);
      // A client whose replica is dead comes back a little later.
      if (!answer) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  for (let kill = 0; kill < kills; kill += 1) await fleet.replace(Math.floor(Math.random() * 3));
  killing = false;
  await Promise.all(clients);
  return codes;
}

async function statuses(fleet: Fleet): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: TENANTS }, (_, tenant) => fleet.query(tenant % 3, tenant, QUERY)),
  );
  return answers.map((answer) => {
    const data = answer?.data as
      | { installation: { status: string; statusReason: string | null } | null; contact: object | null }
      | undefined;
    return `${data?.installation?.status} ${data?.installation?.statusReason ?? ''} ${data?.contact ? 'answers' : 'refused'}`;
  });
}

/** Only a grant whose answer was destroyed may be lost, and only where HubSpot accepts no older token. */
async function expected(fleet: Fleet, rotation: Rotation): Promise<string[]> {
  const broken = rotation === 'strict' ? await fleet.brokenTenants() : [];
  return Array.from({ length: TENANTS }, (_, tenant) =>
    broken.includes(tenant) ? 'REAUTHORIZATION_REQUIRED LOST_ROTATION refused' : 'ACTIVE  answers',
  );
}
