import fc from 'fast-check';
import { ManualClock } from 'hubspot-graphql-gateway-simulator/manual-clock';
import { expect, it } from 'vitest';
import { HUBSPOT_LIMITS } from '../../../src/connector/rate-limit/quota.ts';
import { QuotaLeaseStore, type QuotaLedger } from '../../../src/storage/quota-lease-store.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/databases.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../../helpers/fuzz.ts';
import { CallCounter, type CountedBudget, HUB_ID, pass, Replica } from '../../helpers/replicas.ts';

const RUNS = 15 * FUZZ_SCALE;

const BUDGETS: readonly CountedBudget[] = ['general', 'search'];

/** What happens next, to one of the replicas. */
type Event =
  | { readonly kind: 'calls'; readonly replica: number; readonly budget: CountedBudget; readonly count: number }
  | { readonly kind: 'joins' }
  | { readonly kind: 'dies' | 'closes'; readonly replica: number }
  /** The database answers so much later from now on; in less time than a first call waits for it. */
  | { readonly kind: 'slows'; readonly lateMs: number }
  | { readonly kind: 'passes'; readonly ms: number };

const index = fc.nat(5);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 'joins' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('calls' as const),
      replica: index,
      budget: fc.constantFrom(...BUDGETS),
      count: fc.integer({ min: 1, max: 150 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('passes' as const), ms: fc.integer({ min: 1, max: 8_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('dies' as const, 'closes' as const),
      replica: index,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('slows' as const), lateMs: fc.constantFrom(0, 30, 450) }),
  },
);

class World {
  readonly clock: ManualClock;
  readonly counter = new CallCounter();
  readonly #replicas: Replica[] = [];
  readonly #db: TestDatabase;
  readonly #store: QuotaLeaseStore;
  #lateMs = 0;
  #calls = 0;

  private constructor(db: TestDatabase, clock: ManualClock) {
    this.#db = db;
    this.#store = new QuotaLeaseStore(db.database);
    this.clock = clock;
  }

  /** With two replicas. */
  static async start(): Promise<World> {
    const clock = new ManualClock();
    const world = new World(await createTestDatabase('sqlite', clock), clock);
    world.join();
    world.join();
    return world;
  }

  end(): Promise<void> {
    return this.#db.drop();
  }

  join(): void {
    const { clock, counter } = this;
    const late = () => new Promise<void>((resolve) => void clock.schedule(resolve, this.#lateMs / 2));
    const renew: QuotaLeaseStore['renew'] = async (...renewal) => {
      if (this.#lateMs > 0) await late();
      const granted = await this.#store.renew(...renewal);
      if (this.#lateMs > 0) await late();
      return granted;
    };
    this.#replicas.push(new Replica({ clock, counter, store: { renew } }));
  }

  async happen(event: Event): Promise<void> {
    switch (event.kind) {
      case 'calls':
        for (let calls = 0; calls < event.count; calls += 1) {
          void this.#replica(event.replica)?.call(event.budget, this.#transitMs());
        }
        break;
      case 'joins':
        this.join();
        break;
      case 'dies':
        this.#replica(event.replica)?.kill();
        break;
      case 'closes':
        void this.#replica(event.replica)?.shares.close();
        break;
      case 'slows':
        this.#lateMs = event.lateMs;
        break;
      case 'passes':
        await pass(this.clock, event.ms, undefined, 40);
    }
    await this.#expectSlicesWithinLimits();
  }

  #replica(index: number): Replica | undefined {
    return this.#replicas[index % this.#replicas.length];
  }

  /** Some calls are quick, some slow, and they overtake each other. */
  #transitMs(): number {
    this.#calls += 1;
    return (this.#calls * 37) % 240;
  }

  async #expectSlicesWithinLimits(): Promise<void> {
    const ledgers: QuotaLedger[] = [];
    await this.#store.renew(HUB_ID, 'onlooker', (ledgerOf) => {
      ledgers.splice(0, 2, ...BUDGETS.map(ledgerOf));
      return [];
    });
    const units = ledgers.map(({ leases }) => leases.reduce((sum, slice) => sum + slice.units, 0));
    BUDGETS.forEach((budget, position) => {
      expect(units[position]).toBeLessThanOrEqual(HUBSPOT_LIMITS[budget].max);
    });
  }
}

it('never lets more calls through than HubSpot allows, whatever is asked of replicas that come and go', async () => {
  let arrived = 0;
  const property = fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
    const world = await World.start();
    try {
      for (const each of events) await world.happen(each);
      await pass(world.clock, 12_000, undefined, 40);
      for (const budget of BUDGETS) {
        const { max, windowMs } = HUBSPOT_LIMITS[budget];
        expect(world.counter.maxInWindow(budget, windowMs)).toBeLessThanOrEqual(max);
        arrived += world.counter.arrivals[budget].length;
      }
    } finally {
      await world.end();
    }
  });
  await fc.assert(property, { seed: FUZZ_SEED, numRuns: RUNS });
  expect(arrived).toBeGreaterThan(RUNS * 50);
}, 60_000);
