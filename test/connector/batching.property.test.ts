import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordBatcher } from '../../src/connector/batching/record-batcher.ts';
import { GatewayError } from '../../src/errors.ts';
import type { HubspotCall } from '../../src/hubspot/client.ts';
import type { HubspotRecord } from '../../src/hubspot/crm/objects.ts';
import { hubspotError } from '../../src/hubspot/failed-answer.ts';
import { contact, FakeHubspot, inputsOf, propertiesOf, quiet, request, sampleValue } from '../helpers/batching.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';

// A portal in which a record's id tells what becomes of it.
const isAbsent = (id: string) => Number(id) % 7 === 0;
const isBroken = (id: string) => Number(id) % 11 === 0;
const isPoison = (id: string) => Number(id) % 13 === 0;
/** Reading it is forbidden. */
const SECRET = 'ssn';
/** `empty` has no value anywhere, `ghost` is no property at all. */
const PROPERTIES = ['email', 'phone', 'empty', 'ghost', SECRET];

/** What HubSpot says to a call, in another order than asked; thrown where it refuses. */
function answerTo(call: HubspotCall): object {
  const ids = inputsOf(call).map(({ id }) => id);
  const names = propertiesOf(call).filter((name) => name !== 'ghost');
  if (ids.some(isPoison)) throw hubspotError({ status: 400 });
  if (names.includes(SECRET)) throw hubspotError({ status: 403 });
  const value = (id: string, name: string) => (name === 'empty' ? null : sampleValue(id, name));
  return {
    results: ids
      .filter((id) => !isAbsent(id) && !isBroken(id))
      .map((id) => contact(id, Object.fromEntries(names.map((name) => [name, value(id, name)]))))
      .reverse(),
    errors: [
      { category: 'OBJECT_NOT_FOUND', context: { ids: ids.filter(isAbsent) } },
      ...ids.filter(isBroken).map((id) => ({ category: 'INTERNAL_ERROR', context: { ids: [id] } })),
    ],
  };
}

function breakDown(): never {
  throw hubspotError({ status: 500 });
}

interface Wanted {
  readonly id: string;
  readonly properties: readonly string[];
}

/** A request: its viewer, what it wants, and what came of that. */
interface Request {
  readonly wanted: readonly Wanted[];
  readonly client: AbortController;
  readonly outcomes: (HubspotRecord | GatewayError | null | undefined)[];
  /** The rate limiter refused a permit while something was missing. */
  wasRefused: boolean;
}

class World {
  readonly hubspot = new FakeHubspot();
  readonly requests: Request[] = [];
  readonly brokenDown: HubspotCall[] = [];
  readonly #batcher = new RecordBatcher(this.hubspot.context(), 'contacts');
  readonly #ended = new Set<HubspotCall>();

  constructor() {
    this.hubspot.limiter.open = false;
  }

  get calls(): HubspotCall[] {
    return this.hubspot.sentCalls.map(({ call }) => call);
  }

  /** Each record by a load of its own. */
  request(wanted: readonly Wanted[], viewer: number, isInteractive: boolean): void {
    const { outcomes, by } = this.#begin(wanted, viewer, isInteractive);
    for (const [index, input] of wanted.entries()) {
      this.#batcher.load(input, by).then(
        (record) => {
          outcomes[index] = record;
        },
        (error: GatewayError) => {
          outcomes[index] = error;
        },
      );
    }
  }

  /** All records by one load. */
  requestTogether(ids: readonly string[], properties: readonly string[], viewer: number, isInteractive: boolean): void {
    const wanted = ids.map((id) => ({ id, properties }));
    const { outcomes, by } = this.#begin(wanted, viewer, isInteractive);
    const settle = (outcomeOf: (id: string) => HubspotRecord | null) => {
      for (const [index, id] of ids.entries()) {
        try {
          outcomes[index] = outcomeOf(id);
        } catch (error) {
          outcomes[index] = error as GatewayError; // Nothing else is thrown here.
        }
      }
    };
    this.#batcher.loadAll(ids, { properties }, by).then(settle, (error: GatewayError) =>
      settle(() => {
        throw error;
      }),
    );
  }

  #begin(wanted: readonly Wanted[], viewer: number, isInteractive: boolean) {
    const client = new AbortController();
    const outcomes: Request['outcomes'] = wanted.map(() => undefined);
    const by = request({
      fairnessKey: `viewer ${viewer}`,
      priority: isInteractive ? 'interactive' : 'background',
      signal: client.signal,
      // However long a world takes, nobody's time is over.
      deadlineAt: Number.MAX_SAFE_INTEGER,
    });
    this.requests.push({ wanted, client, outcomes, wasRefused: false });
    return { outcomes, by };
  }

  giveUp(which: number): void {
    this.requests.at(which % Math.max(1, this.requests.length))?.client.abort();
  }

  /** Ends one of the calls in flight, in any order. */
  land(which: number, answer: (call: HubspotCall) => object): void {
    const inFlight = this.hubspot.sentCalls.filter(({ call }) => !this.#ended.has(call));
    const sent = inFlight[which % Math.max(1, inFlight.length)];
    if (!sent) return;
    this.#ended.add(sent.call);
    if (answer === breakDown) this.brokenDown.push(sent.call);
    try {
      sent.answer(answer(sent.call));
    } catch (error) {
      sent.fail(error as GatewayError); // Nothing else is thrown here.
    }
  }

  refuse(): void {
    const [ask] = this.hubspot.limiter.waiting;
    if (!ask) return;
    for (const request of this.requests) request.wasRefused ||= request.outcomes.includes(undefined);
    ask.refuse(new GatewayError('RATE_LIMITED', 'Too many.', { retryAfterMs: 1 }));
  }

  /** Everything that is still missing comes. */
  async finish(): Promise<void> {
    this.hubspot.limiter.open = true;
    while (this.requests.some(({ outcomes }) => outcomes.includes(undefined))) {
      for (const ask of [...this.hubspot.limiter.waiting]) ask.grant();
      this.land(0, answerTo);
      this.hubspot.clock.advance(500);
      await quiet();
    }
  }
}

const wanted = fc.record({
  id: fc.integer({ min: 1, max: 30 }).map(String),
  properties: fc.subarray(PROPERTIES, { maxLength: 3 }),
});
const crowd = fc
  .record({ from: fc.integer({ min: 1, max: 300 }), size: fc.integer({ min: 50, max: 150 }) })
  .map(({ from, size }) => Array.from({ length: size }, (_, index) => String(from + index)));
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 300 }).map(String), { minLength: 1, maxLength: 130 });
const someone = fc.nat(3);
const which = fc.nat(1_000);
const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.array(wanted, { minLength: 1, maxLength: 3 }), someone, fc.boolean())
      .map((facts) => (world: World) => world.request(...facts)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(ids, fc.subarray(PROPERTIES, { maxLength: 3 }), someone, fc.boolean())
      .map((facts) => (world: World) => world.requestTogether(...facts)),
  },
  {
    weight: 1,
    arbitrary: crowd.map((ids) => (world: World) => {
      for (const id of ids) world.request([{ id, properties: ['email'] }], Number(id), true);
    }),
  },
  { weight: 2, arbitrary: which.map((n) => (world: World) => world.giveUp(n)) },
  { weight: 5, arbitrary: which.map((n) => (world: World) => world.land(n, answerTo)) },
  { weight: 1, arbitrary: which.map((n) => (world: World) => world.land(n, breakDown)) },
  { weight: 5, arbitrary: fc.constant((world: World) => world.hubspot.limiter.waiting[0]?.grant()) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.refuse()) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.hubspot.clock.advance(500)) },
);

it('answers each request with exactly its record and properties or its own error, in calls that HubSpot accepts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const take of steps) {
        const left = world.calls.length;
        take(world);
        await quiet();
        // What has just left cannot have been answered yet: somebody must be waiting for it.
        const missing = missingIds(world);
        for (const id of world.hubspot.requestedIds.slice(left).flat()) expect(missing).toContain(id);
      }
      await world.finish();
      for (const ids of world.hubspot.requestedIds) {
        expect(ids.length).toBeLessThanOrEqual(100);
        expect(new Set(ids).size).toBe(ids.length);
      }
      for (const request of world.requests) expectOwnOutcomes(request, world);
    }),
    { seed: FUZZ_SEED, numRuns: 80 * FUZZ_SCALE },
  );
});

function missingIds({ requests }: World): Set<string> {
  return new Set(
    requests.flatMap(({ wanted, outcomes }) =>
      wanted.flatMap(({ id }, index) => (outcomes[index] === undefined ? id : [])),
    ),
  );
}

function expectOwnOutcomes(request: Request, { brokenDown }: World): void {
  const mayFail = new Set<string>();
  if (request.client.signal.aborted) mayFail.add('HUBSPOT_UNAVAILABLE');
  if (request.wasRefused) mayFail.add('RATE_LIMITED');
  // The inputs of one operation share their fate, as they share their call.
  if (request.wanted.some(({ id }) => isPoison(id))) mayFail.add('HUBSPOT_BAD_REQUEST 400');
  if (request.wanted.some(({ properties }) => properties.includes(SECRET))) mayFail.add('HUBSPOT_FORBIDDEN 403');
  for (const [index, { id, properties }] of request.wanted.entries()) {
    const outcome = request.outcomes[index];
    if (outcome instanceof GatewayError) {
      const own = new Set(mayFail);
      if (isBroken(id)) own.add('HUBSPOT_UNAVAILABLE 207');
      if (brokenDown.some((call) => inputsOf(call).some((input) => input.id === id)))
        own.add('HUBSPOT_UNAVAILABLE 500');
      expect(own).toContain(nameOf(outcome));
    } else if (outcome === null) {
      expect(isAbsent(id)).toBe(true);
    } else {
      expect(outcome).toEqual({ ...contact(id), properties: expectedProperties(id, properties) });
    }
  }
}

function nameOf({ code, extensions }: GatewayError): string {
  return 'hubspot' in extensions && extensions.hubspot ? `${code} ${extensions.hubspot.status}` : code;
}

function expectedProperties(id: string, properties: readonly string[]): Record<string, string | null> {
  const known = properties.filter((name) => name !== 'ghost');
  return Object.fromEntries(known.map((name) => [name, name === 'empty' ? null : sampleValue(id, name)]));
}
