import { beforeEach, describe, expect, it } from 'vitest';
import { AssociationBatcher } from '../../../src/connector/batching/association-batcher.ts';
import type { HubspotCall } from '../../../src/hubspot/client.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';
import { FakeHubspot, inputsOf, quiet, request } from '../../helpers/batching.ts';

let hubspot: FakeHubspot;
let batcher: AssociationBatcher;
beforeEach(() => {
  hubspot = new FakeHubspot();
  hubspot.autoAnswer = pagesFor;
  batcher = new AssociationBatcher(hubspot.context(), 'contacts', 'deals');
});

async function load(id: string, after?: string, by = request()) {
  const input = { id, after };
  const answer = await batcher.loadAll([input], by);
  return answer(input);
}

const ids = (count: number, from = 1) => Array.from({ length: count }, (_, index) => String(from + index));

/** Every record's one associated record has the record's id in its own, and its cursor as label. */
function pagesFor(call: HubspotCall) {
  return {
    results: inputsOf(call).map(({ id, after }) => ({
      from: { id },
      to: [{ toObjectId: Number(`7${id}`), associationTypes: [{ label: after ?? null }] }],
    })),
  };
}

const page = (id: string, ...labels: string[]) => ({ associations: [{ id: `7${id}`, labels }], next: undefined });

describe('associated records', () => {
  it('of one record are read at once in a call of their own, on the budget of associations', async () => {
    hubspot.limiter.open = false;
    const associations = load('1', 'p2');
    await quiet();
    expect(hubspot.limiter.waiting.map(({ budget }) => budget)).toEqual(['associations']);
    hubspot.limiter.waiting[0]?.grant();
    expect(await associations).toEqual(page('1', 'p2'));
    expect(hubspot.sentCalls.map(({ call }) => [call.name, call.body])).toEqual([
      ['associations.contacts.deals.batchRead', { inputs: [{ id: '1', after: 'p2' }] }],
    ]);
  });

  it('of several requests share a call, and equal ones an input', async () => {
    const answers = await Promise.all([load('1'), load('2', 'p2'), load('1'), load('2', 'p2')]);
    expect(answers).toEqual([page('1'), page('2', 'p2'), page('1'), page('2', 'p2')]);
    expect(hubspot.requestedIds).toEqual([['1', '2']]);
  });

  it('of one record at two cursors are read in two calls: an answer tells them apart by the record alone', async () => {
    const cursors = [undefined, 'p2', 'p3'];
    const answers = await Promise.all([...cursors.map((after) => load('1', after)), load('2'), load('2', 'p2')]);
    expect(answers).toEqual([page('1'), page('1', 'p2'), page('1', 'p3'), page('2'), page('2', 'p2')]);
    for (const asked of hubspot.requestedIds) expect(new Set(asked).size).toBe(asked.length);
    expect(hubspot.requestedIds).toHaveLength(3);
  });

  it('are found for a merged id, which HubSpot answers under the current id', async () => {
    // 11 is 1 now, 21 is 2, and 3 has none.
    hubspot.autoAnswer = (call) => ({
      results: pagesFor(call).results.flatMap(({ from: { id }, to }) =>
        id === '3' ? [] : [{ from: { id: id[0] ?? '' }, to }],
      ),
    });
    expect(await Promise.all([load('11'), load('4')])).toEqual([page('11'), page('4')]);
    expect(hubspot.requestedIds).toEqual([['11', '4']]);
    const none = { associations: [], next: undefined };
    expect(await Promise.all(['11', '3', '21'].map((id) => load(id)))).toEqual([page('11'), none, page('21')]);
    expect(hubspot.requestedIds.slice(1)).toEqual([['11', '3', '21'], ['11'], ['3'], ['21']]);
  });

  it('are read a thousand records a call', async () => {
    const answers = await Promise.all(ids(2_001).map((id) => load(id)));
    expect(answers).toEqual(ids(2_001).map((id) => page(id)));
    expect(hubspot.requestedIds.map(({ length }) => length)).toEqual([1_000, 1_000, 1]);
  });

  it('are empty or fail for each record as HubSpot reports', async () => {
    hubspot.autoAnswer = () => ({
      results: [{ from: { id: '1' }, to: [{ toObjectId: 71, associationTypes: [] }] }],
      errors: [
        { category: 'OBJECT_NOT_FOUND', context: { fromObjectId: ['2'] } },
        { category: 'INTERNAL_ERROR', context: { fromObjectId: ['3'] } },
      ],
    });
    const [found, none, failed, silent] = await Promise.allSettled(['1', '2', '3', '4'].map((id) => load(id)));
    expect(found).toMatchObject({ value: page('1') });
    expect(none).toMatchObject({ value: { associations: [], next: undefined } });
    expect(failed).toMatchObject({ reason: { code: 'HUBSPOT_UNAVAILABLE' } });
    expect(silent).toMatchObject({ value: { associations: [], next: undefined } });
  });

  it('of other records are read although one cursor is refused', async () => {
    hubspot.autoAnswer = (call) => {
      if (inputsOf(call).some(({ after }) => after === 'bad')) throw hubspotError({ status: 400 });
      return pagesFor(call);
    };
    const outcomes = await Promise.allSettled([load('1'), load('2', 'bad'), load('3')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
