import { createSimulator } from 'hubspot-graphql-gateway-simulator';
import { describe, expect, it } from 'vitest';
import { HubspotCaller } from '../../../packages/simulator/test/helpers/hubspot-caller.ts';
import { listPipelines } from '../../../src/hubspot/crm/pipelines.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const SIZE = { contacts: 0, deals: 0, companies: 0 };

const read = (answer: unknown) => listPipelines(new FakeApi(() => answer), 'deals');
const stage = (more: object) => ({ id: 'open', label: 'Open', displayOrder: 0, ...more });
const pipeline = (...stages: readonly object[]) => ({ id: 'default', label: 'Sales', displayOrder: 0, stages });

describe('listPipelines', () => {
  it('asks once, and needs either scope', async () => {
    const api = new FakeApi(() => ({ results: [] }));
    expect(await listPipelines(api, 'deals')).toEqual([]);
    expect(api.calls).toEqual([
      {
        name: 'pipelines.deals.list',
        method: 'GET',
        path: '/crm/pipelines/2026-09/deals',
        scopes: [['crm.objects.deals.read'], ['crm.schemas.deals.read']],
      },
    ]);
  });

  it("reads what the simulator's portals have", async () => {
    const simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
    const caller = new HubspotCaller(simulator, ['crm.objects.deals.read']);
    const [sales, renewals] = await read((await caller.get('/crm/pipelines/2026-09/deals')).body);
    expect(sales).toMatchObject({ id: 'default', label: 'Sales Pipeline' });
    expect(sales?.stages.map(({ id, probability, isClosed }) => [id, probability, isClosed])).toEqual([
      ['appointmentscheduled', '0.2', false],
      ['qualifiedtobuy', '0.4', false],
      ['presentationscheduled', '0.6', false],
      ['decisionmakerboughtin', '0.8', false],
      ['contractsent', '0.9', false],
      ['closedwon', '1.0', true],
      ['closedlost', '0.0', true],
    ]);
    expect(renewals?.stages.map(({ label }) => label)).toEqual([
      'Up for renewal',
      'Terms sent',
      'Verbally agreed',
      'Renewed',
      'Churned',
    ]);
  });

  it('keeps the order in which HubSpot shows pipelines and stages, labels deciding where places are equal', async () => {
    const results = [
      { ...pipeline(), id: 'c', label: 'C', displayOrder: 2 },
      { ...pipeline(), id: 'b', label: 'B', displayOrder: 1 },
      {
        ...pipeline(stage({ id: '3', displayOrder: 9 }), stage({ id: '1', displayOrder: -1 }), stage({ id: '2' })),
        id: 'a',
        label: 'A',
        displayOrder: 1,
      },
    ];
    const pipelines = await read({ results });
    expect(pipelines.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(pipelines[0]?.stages.map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  it.each([
    ['0', '0'],
    ['0.0', '0.0'],
    ['0.33333333333333333333', '0.33333333333333333333'],
    ['1', '1'],
    ['1.0', '1.0'],
    ['1.01', null],
    ['2', null],
    ['-0.1', null],
    ['1e-1', null],
    ['', null],
    ['often', null],
    [undefined, null],
  ])('reads the probability %j as %j', async (probability, expected) => {
    const [only] = await read({ results: [pipeline(stage({ metadata: { probability } }))] });
    expect(only?.stages[0]?.probability).toBe(expected);
  });

  it.each([
    ['true', true],
    ['false', false],
    [true, true],
    ['', null],
    ['TRUE', null],
    [undefined, null],
  ])('reads isClosed %j as %j', async (isClosed, expected) => {
    const [only] = await read({ results: [pipeline(stage({ metadata: { isClosed } }))] });
    expect(only?.stages[0]?.isClosed).toBe(expected);
  });

  it('does without what HubSpot left out', async () => {
    expect(await read({ results: [{ id: 7, stages: [{ id: 8 }] }] })).toEqual([
      { id: '7', label: null, stages: [{ id: '8', label: null, probability: null, isClosed: null }] },
    ]);
  });

  it.each([null, {}, { results: {} }, { results: [{}] }, { results: [null] }, { results: [{ id: 'a' }] }])(
    'refuses %j',
    async (answer) => {
      await expect(read(answer)).rejects.toMatchObject({ code: 'HUBSPOT_BAD_RESPONSE' });
    },
  );

  it('refuses a stage without an id', async () => {
    await expect(read({ results: [pipeline({ label: 'Open' })] })).rejects.toMatchObject({
      code: 'HUBSPOT_BAD_RESPONSE',
    });
  });
});
