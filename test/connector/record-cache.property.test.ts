import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordBatcher } from '../../src/connector/batching/record-batcher.ts';
import { RecordCache } from '../../src/connector/record-cache.ts';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import type { HubspotRecord } from '../../src/hubspot/crm/objects.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { contact, type FakeCall, FakeHubspot, inputsOf, propertiesOf, quiet, request } from '../helpers/batching.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';

const TTL_MS = 10_000;
/** Two grants of one portal, and one of another. */
const GRANTS = [
  { key: 'acme', hubId: 1 },
  { key: 'globex', hubId: 1 },
  { key: 'initech', hubId: 2 },
] as const;
type Grant = (typeof GRANTS)[number];
const IDS = ['1', '2'];
/** `ghost` is no property at all. */
const PROPERTIES = ['email', 'phone', 'zip', 'ghost'];

/** A state of one record: its number, whether it exists, and when it was, in milliseconds. */
interface State {
  readonly version: number;
  readonly exists: boolean;
  readonly since: number;
}

/** The history of one record in HubSpot. */
class History {
  readonly states: State[] = [{ version: 0, exists: true, since: 0 }];

  get current(): State {
    return this.states.at(-1) as State; // There is always one.
  }

  change(since: number, exists = true): void {
    this.states.push({ version: this.current.version + 1, exists, since });
  }

  /** When a state had ended. */
  end({ version }: State): number {
    return this.states[version + 1]?.since ?? Number.POSITIVE_INFINITY;
  }
}

interface Asked {
  readonly grant: Grant;
  readonly id: string;
  readonly properties: readonly string[];
  readonly at: number;
  /** The oldest version that may be shown: a write that had ended before made everything older unknown. */
  readonly atLeast: number;
  /** The version when it was asked: absence is never older. */
  readonly version: number;
  outcome: HubspotRecord | null | Error | undefined;
}

/** What the cache has been told of one record under one grant since its portal was last written into. */
interface Told {
  readonly asked: readonly string[];
  readonly leftAt: number;
  readonly version: number;
}

class World {
  readonly hubspot = new FakeHubspot();
  readonly loads: Asked[] = [];
  hits = 0;
  readonly #cache = new RecordCache({ ttlMs: TTL_MS, clock: this.hubspot.clock, metrics: createMetrics() });
  readonly #batchers = new Map<Grant, RecordBatcher>();
  readonly #histories = new Map<string, History>();
  /** What HubSpot knew when a call left. */
  readonly #dispatches = new Map<FakeCall, { states: Map<string, State>; at: number; writes: number }>();
  readonly #told = new Map<string, Told[]>();
  /** How often each portal was written into. */
  readonly #writes = new Map<number, number>();
  /** Of each record, when a write last left or ended. */
  readonly #atLeast = new Map<History, number>();

  constructor() {
    for (const grant of GRANTS) {
      const cached = this.#cache.of(grant.key, grant.hubId, 'contacts');
      this.#batchers.set(grant, new RecordBatcher(this.hubspot.context(grant.key), 'contacts', undefined, cached));
      for (const id of IDS) this.#histories.set(`${grant.hubId}\n${id}`, new History());
    }
  }

  get now(): number {
    return this.hubspot.clock.monotonic();
  }

  history(hubId: number, id: string): History {
    return this.#histories.get(`${hubId}\n${id}`) as History; // Made above.
  }

  async load(grant: Grant, id: string, properties: readonly string[]): Promise<void> {
    const history = this.history(grant.hubId, id);
    const [atLeast, { version }] = [this.#atLeast.get(history) ?? 0, history.current];
    const asked: Asked = { grant, id, properties, at: this.now, atLeast, version, outcome: undefined };
    this.loads.push(asked);
    const settle = (outcome: HubspotRecord | null | Error) => {
      asked.outcome = outcome;
    };
    this.#batchers
      .get(grant)
      ?.load({ id, properties }, request({ deadlineAt: 1e9 }))
      .then(settle, settle);
    const isKnown = this.#mustKnow(grant, id, properties);
    await quiet();
    if (isKnown) {
      this.hits += 1;
      expect(asked.outcome).toBeDefined();
    }
    this.#noteDispatches();
  }

  /** Somebody changes, archives or creates a record in HubSpot itself. */
  changeElsewhere(hubId: number, id: string, exists: boolean): void {
    this.history(hubId, id).change(this.now, exists);
  }

  /** A write leaves or ends. */
  write(hubId: number): void {
    this.#cache.invalidate(hubId);
    this.#writes.set(hubId, (this.#writes.get(hubId) ?? 0) + 1);
    for (const id of IDS) {
      const history = this.history(hubId, id);
      this.#atLeast.set(history, history.current.version);
      for (const { key } of GRANTS.filter((grant) => grant.hubId === hubId)) this.#told.delete(`${key}\n${id}`);
    }
  }

  /** Ends a call in flight; HubSpot answers as of its dispatch, or as of now. */
  async land(which: number, early: boolean, fails: boolean): Promise<void> {
    const inFlight = [...this.#dispatches.keys()];
    const sent = inFlight[which % Math.max(1, inFlight.length)];
    const dispatch = sent && this.#dispatches.get(sent);
    if (!sent || !dispatch) return;
    this.#dispatches.delete(sent);
    const { call } = sent;
    const grant = grantOf(call);
    if (fails) {
      sent.fail(hubspotError({ status: 500 }));
    } else {
      const stateOf = (id: string) =>
        (early ? dispatch.states.get(id) : undefined) ?? this.history(grant.hubId, id).current;
      const ids = inputsOf(call).map(({ id }) => id);
      sent.answer({
        results: ids.filter((id) => stateOf(id).exists).map((id) => answerOf(call, id, stateOf(id))),
        errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ids.filter((id) => !stateOf(id).exists) } }],
      });
      if (dispatch.writes === (this.#writes.get(grant.hubId) ?? 0)) {
        for (const id of ids) this.#tell(grant, id, stateOf(id), propertiesOf(call), dispatch.at);
      }
    }
    await quiet();
    this.#noteDispatches();
  }

  /** Everything that is still missing comes. */
  async finish(): Promise<void> {
    while (this.loads.some(({ outcome }) => outcome === undefined)) {
      await this.land(0, false, false);
      await this.pass(500);
    }
  }

  async pass(ms: number): Promise<void> {
    this.hubspot.clock.advance(ms);
    await quiet();
    this.#noteDispatches();
  }

  #noteDispatches(): void {
    for (const sent of this.hubspot.sentCalls.splice(0)) {
      const { hubId } = grantOf(sent.call);
      const states = new Map(IDS.map((id) => [id, this.history(hubId, id).current]));
      this.#dispatches.set(sent, { states, at: this.now, writes: this.#writes.get(hubId) ?? 0 });
    }
  }

  #tell({ key }: Grant, id: string, { version, exists }: State, asked: readonly string[], leftAt: number): void {
    if (!exists) this.#told.delete(`${key}\n${id}`);
    else this.#told.set(`${key}\n${id}`, [...(this.#told.get(`${key}\n${id}`) ?? []), { asked, leftAt, version }]);
  }

  /** Whether a load must not cost a call: what one version tells unites, and the newest answer is known in any case. */
  #mustKnow({ key }: Grant, id: string, properties: readonly string[]): boolean {
    const told = this.#told.get(`${key}\n${id}`) ?? [];
    const last = told.at(-1);
    if (!last || told.some(({ leftAt }) => this.now - leftAt >= TTL_MS)) return false;
    const isNewest = told.every(({ leftAt }) => leftAt <= last.leftAt);
    const isOneVersion = told.every(({ version }) => version === last.version);
    const known = isOneVersion ? told.flatMap(({ asked }) => asked) : isNewest ? last.asked : [];
    return properties.every((name) => known.includes(name));
  }
}

function grantOf({ callContext }: HubspotCall): Grant {
  const grant = GRANTS.find(({ key }) => callContext?.fairnessKey === `${key}\ncontacts`);
  if (!grant) throw new TypeError('a call of nobody');
  return grant;
}

const valueAt = (key: string, id: string, name: string, version: number) => `${name} of ${id} at ${version} for ${key}`;
const instant = (version: number) => new Date(version).toISOString();

function answerOf(call: HubspotCall, id: string, { version }: State): HubspotRecord {
  const { key } = grantOf(call);
  const names = propertiesOf(call).filter((name) => name !== 'ghost');
  const values = Object.fromEntries(names.map((name) => [name, valueAt(key, id, name, version)]));
  return { ...contact(id, values), updatedAt: instant(version) };
}

function expectHonest({ grant: { key, hubId }, id, properties, at, atLeast, version, outcome }: Asked, world: World) {
  if (outcome instanceof Error) return;
  const history = world.history(hubId, id);
  if (!outcome) {
    expect(history.states.slice(version).some(({ exists }) => !exists)).toBe(true);
    return;
  }
  const shown = history.states.find((state) => instant(state.version) === outcome.updatedAt);
  if (!shown) throw new Error('a record that never was');
  // Its own properties, all of one moment, for this grant; no older than allowed, and as writes left it.
  const names = properties.filter((name) => name !== 'ghost');
  expect(outcome).toEqual({
    ...contact(id),
    updatedAt: instant(shown.version),
    properties: Object.fromEntries(names.map((name) => [name, valueAt(key, id, name, shown.version)])),
  });
  expect(history.end(shown)).toBeGreaterThan(at - TTL_MS);
  expect(shown.version).toBeGreaterThanOrEqual(atLeast);
}

const grant = fc.constantFrom(...GRANTS);
const hubId = fc.constantFrom(1, 2);
const id = fc.constantFrom(...IDS);
type Step = (world: World) => void | Promise<void>;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(grant, id, fc.subarray(PROPERTIES)).map(
      (facts): Step =>
        (world) =>
          world.load(...facts),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(9), fc.boolean(), fc.nat(9)).map(
      ([which, early, luck]): Step =>
        (world) =>
          world.land(which, early, luck === 0),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(hubId, id, fc.nat(4)).map(
      ([portal, record, luck]): Step =>
        (world) =>
          world.changeElsewhere(portal, record, luck > 0),
    ),
  },
  {
    weight: 1,
    arbitrary: hubId.map(
      (portal): Step =>
        (world) =>
          world.write(portal),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 4_000 }).map(
      (ms): Step =>
        (world) =>
          world.pass(ms),
    ),
  },
);

it('shows each asker its own properties of one moment, never too old, from before a write, or of another grant', async () => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const world = new World();
      for (const take of steps) await take(world);
      await world.finish();
      for (const asked of world.loads) expectHonest(asked, world);
      hits += world.hits;
    }),
    { seed: FUZZ_SEED, numRuns: 80 * FUZZ_SCALE },
  );
  // The cache serves what it must, and that happens often enough to tell.
  expect(hits).toBeGreaterThan(40);
});
