import { NO_LIMITS } from 'hubspot-graphql-gateway-simulator';
import { expect } from 'vitest';
import { Fleet, type FleetOptions } from '../../scripts/bench/fleet.ts';
import { OutageClients } from './outage-clients.ts';
import { SMALL_PORTAL } from './stack.ts';

/** With `OUTAGES=full`, outages last as long, and loads are as high, as in production; figures are printed. */
export const FULL = process.env.OUTAGES === 'full';
/** A busy machine takes long to answer that much. */
export const TIMEOUT_MS = FULL ? 900_000 : 240_000;
export const TENANTS = 6;
const CLIENTS = 8;

/** Prints what clients saw, in a full run. */
export function report(name: string, { figures }: Pick<OutageClients, 'figures'>): void {
  if (FULL) process.stdout.write(`${name}: ${figures}\n`);
}

/** Until so much more was answered: the load has passed whatever was in its way. */
export async function underLoad(clients: OutageClients): Promise<void> {
  const before = clients.answered;
  await expect.poll(() => clients.answered - before, { timeout: 60_000 }).toBeGreaterThan(FULL ? 200 : 50);
}

type OutageOptions = Omit<FleetOptions, 'tenants'> & ({ readonly databaseUrl: string } | { readonly dataDir: string });

/** One fleet with its clients, from before something goes wrong until after it. */
export class Outage {
  readonly #cleanUp: (() => Promise<unknown> | unknown)[] = [];
  #fleet: Fleet | undefined;
  #clients: OutageClients | undefined;

  /** Runs at the end; what was added last comes first. */
  cleanUp(end: () => Promise<unknown> | unknown): void {
    this.#cleanUp.push(end);
  }

  async end(): Promise<void> {
    for (const end of this.#cleanUp.reverse()) await end();
  }

  /** Replicas under load, beside a HubSpot that allows more calls than usual. */
  async start({ simulator, ...options }: OutageOptions): Promise<{ fleet: Fleet; clients: OutageClients }> {
    const limits = { ...NO_LIMITS, burst: { max: 5_000, windowMs: 10_000 } };
    const fleet = await Fleet.start({
      ...options,
      tenants: TENANTS,
      simulator: { portals: [SMALL_PORTAL], limits, ...simulator },
    });
    this.cleanUp(() => fleet.stop());
    const clients = new OutageClients({ fleet, tenants: TENANTS, clients: CLIENTS });
    this.cleanUp(() => clients.stop());
    await underLoad(clients);
    this.#fleet = fleet;
    this.#clients = clients;
    return { fleet, clients };
  }

  /** When the outage is over: no process ended, every failure named another try, and everything is as clients were told. */
  async expectUnharmed(name: string): Promise<void> {
    const [fleet, clients] = [this.#fleet, this.#clients];
    if (!fleet || !clients) throw new TypeError('nothing was started');
    const endedAt = performance.now();
    await underLoad(clients);
    await clients.stop();
    report(name, clients);
    report(name, { figures: `the last failure came ${Math.round(clients.failedAt - endedAt)} ms after the end` });
    expect(fleet.processes.filter(({ hasEnded }) => hasEnded)).toEqual([]);
    expect(clients.hopeless).toEqual([]);
    expect(await clients.broken()).toEqual([]);
    expect(await fleet.brokenTenants()).toEqual([]);
    expect(fleet.simulator.log.maxRefreshOverlap).toBeLessThanOrEqual(1);
  }
}
