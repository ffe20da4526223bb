import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordBatcher } from '../../../src/connector/batching/record-batcher.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { HubspotCall } from '../../../src/hubspot/client.ts';
import type { HubspotRecord } from '../../../src/hubspot/crm/objects.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { contact, FakeHubspot, inputsOf, propertiesOf, request } from '../../helpers/batching.ts';

/** Every name of a record that there ever was, and what the record is called now; records without one are gone. */
const NAMES: ReadonlyMap<string, string | undefined> = new Map([
  ...['1', '11', '12', '13'].map((id) => [id, '1'] as const),
  ...['2', '21'].map((id) => [id, '2'] as const),
  ...['31', '32'].map((id) => [id, '3'] as const),
  ...['4', '5', '6'].map((id) => [id, id] as const),
  ...['7', '71'].map((id) => [id, undefined] as const),
]);
/** HubSpot fails it, whatever is asked besides. */
const BROKEN = '8';
const IDS = [...NAMES.keys(), BROKEN];

/** What HubSpot does where it promises nothing. */
interface Habits {
  /** Whether a record that is asked for by several names is answered once. */
  readonly once: boolean;
  readonly reverse: boolean;
  /** How a batch says that there is no record. */
  readonly absence: 'named' | 'unnamed' | 'silent';
  /** Whether records tell their former names. */
  readonly tells: boolean;
}

function recordOf(id: string, asked: readonly string[], { tells }: Habits): HubspotRecord {
  const former = [...NAMES].flatMap(([name, record]) => (record === id && name !== id ? [name] : []));
  const known = { email: `e${id}`, ...(tells && { hs_merged_object_ids: former.join(';') || null }) };
  return contact(id, Object.fromEntries(Object.entries(known).filter(([name]) => asked.includes(name))));
}

/** What HubSpot says to a call; thrown where it refuses. */
function answerTo(call: HubspotCall, habits: Habits): object {
  if (call.method === 'GET') {
    const { pathname, searchParams } = new URL(call.path, 'https://hubspot.example');
    const record = NAMES.get(pathname.split('/').at(-1) ?? '');
    if (record === undefined) throw hubspotError({ status: 404 });
    return recordOf(record, searchParams.get('properties')?.split(',') ?? [], habits);
  }
  const ids = inputsOf(call).map(({ id }) => id);
  const names = ids.flatMap((id) => NAMES.get(id) ?? []);
  const results = (habits.once ? [...new Set(names)] : names).map((id) => recordOf(id, propertiesOf(call), habits));
  const absent = ids.filter((id) => id !== BROKEN && NAMES.get(id) === undefined);
  const said = habits.absence === 'silent' ? [] : habits.absence === 'named' ? absent : [[]];
  return {
    results: habits.reverse ? results.reverse() : results,
    errors: [
      ...(absent.length > 0 ? said.map((id) => ({ category: 'OBJECT_NOT_FOUND', context: { ids: [id].flat() } })) : []),
      ...(ids.includes(BROKEN) ? [{ category: 'INTERNAL_ERROR', context: { ids: [BROKEN] } }] : []),
    ],
  };
}

const habits = fc.record<Habits>({
  once: fc.boolean(),
  reverse: fc.boolean(),
  absence: fc.constantFrom('named', 'unnamed', 'silent'),
  tells: fc.boolean(),
});
const loads = fc.array(fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1, maxLength: 10 }), {
  minLength: 1,
  maxLength: 6,
});

it('answers every name with its current record, and charges each request for its own calls', async () => {
  await fc.assert(
    fc.asyncProperty(habits, loads, async (does, wanted) => {
      const hubspot = new FakeHubspot();
      hubspot.autoAnswer = (call) => answerTo(call, does);
      const batcher = new RecordBatcher(hubspot.context(), 'contacts');
      await Promise.all(
        wanted.map(async (ids) => {
          // A call for all, one for those that it leaves open, and those that are open still, alone.
          const by = request({ maxCalls: Math.min(2 * ids.length, 2 + ids.length) });
          const answer = await batcher.loadAll(ids, { properties: ['email'] }, by);
          for (const id of ids) {
            if (id === BROKEN) {
              expect(() => answer(id)).toThrow(GatewayError);
              continue;
            }
            const record = NAMES.get(id);
            const found = answer(id);
            expect(found && [found.id, found.properties]).toEqual(record ? [record, { email: `e${record}` }] : null);
          }
        }),
      );
      // Where HubSpot tells all that it can tell, nothing is read one by one but what is open alone.
      const singles = hubspot.sentCalls.filter(({ call }) => call.method === 'GET').length;
      if (does.tells && does.absence === 'named') expect(singles).toBeLessThanOrEqual(wanted.length);
    }),
    { numRuns: 500 },
  );
});

it('does not read many records one by one when HubSpot does not report their former names', async () => {
  const hubspot = new FakeHubspot();
  const names = Array.from({ length: 60 }, (_, index) => String(100 + index));
  hubspot.autoAnswer = (call) =>
    call.method === 'GET'
      ? contact(`9${call.path.split('/').at(-1)?.split('?')[0]}`)
      : { results: inputsOf(call).map(({ id }) => contact(`9${id}`)) };
  const batcher = new RecordBatcher(hubspot.context(), 'contacts');
  const answer = await batcher.loadAll(names, { properties: [] }, request());
  const outcomes = names.map((id) => {
    try {
      return answer(id)?.id;
    } catch (error) {
      return error instanceof GatewayError && error.code;
    }
  });
  expect(hubspot.sentCalls).toHaveLength(12);
  expect(outcomes).toEqual(names.map((id, index) => (index < 10 ? `9${id}` : 'HUBSPOT_BAD_RESPONSE')));
});
