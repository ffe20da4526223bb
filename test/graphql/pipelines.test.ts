import { dealPipeline } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  // Another pipeline that has a stage of the same id.
  stack.simulator.portals[0]?.pipelines.deals.push(
    dealPipeline({ id: 'partners', label: 'Partners', displayOrder: 2, createdAt: 0 }, [
      ['contractsent', 'Waiting for the partner', 0.3],
      ['closedwon', 'Partner won', 1],
    ]),
  );
  await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => {
  // What was cached is read again.
  stack.clock.advance(31 * 60 * 1000);
  stack.simulator.log.clear();
});

const STAGE = 'stage { id hubspotId label probability isClosed }';
const stageId = (stage: string, pipeline = 'default') => `PipelineStage:1234567:${pipeline}:${stage}`;

function create(properties: Readonly<Record<string, string>>): string {
  return stack.simulator.portals[0]?.create('deals', properties).id ?? '';
}

async function deal(properties: Readonly<Record<string, string>>, selection: string): Promise<unknown> {
  const { data, errors } = await stack.query(`query ($id: ID!) { deal(id: $id) { ${selection} } }`, {
    id: create(properties),
  });
  expect(errors).toBeUndefined();
  return (data as unknown as { deal: unknown }).deal;
}

function asked(): string[] {
  return stack.simulator.log.crm().map(({ method, path }) => `${method} ${path.replace('/crm/', '')}`);
}

const READ = 'POST objects/2026-09/deals/batch/read';
const PIPELINES = 'GET pipelines/2026-09/deals';

describe('the stage of a deal', () => {
  it("is named by the deal's own pipeline, where several have a stage of that id", async () => {
    expect(await deal({ dealstage: 'contractsent', pipeline: 'default' }, STAGE)).toEqual({
      stage: {
        id: stageId('contractsent'),
        hubspotId: 'contractsent',
        label: 'Contract Sent',
        probability: '0.9',
        isClosed: false,
      },
    });
    expect(await deal({ dealstage: 'contractsent', pipeline: 'partners' }, STAGE)).toEqual({
      stage: {
        id: stageId('contractsent', 'partners'),
        hubspotId: 'contractsent',
        label: 'Waiting for the partner',
        probability: '0.3',
        isClosed: false,
      },
    });
  });

  it.each([
    ['closedwon', '1.0', true],
    ['closedlost', '0.0', true],
    ['appointmentscheduled', '0.2', false],
  ])('%s is won with a probability of %s, and closed: %s', async (dealstage, probability, isClosed) => {
    expect(await deal({ dealstage, pipeline: 'default' }, 'stage { probability isClosed }')).toEqual({
      stage: { probability, isClosed },
    });
  });

  it.each([
    ['a removed stage', { dealstage: 'gone', pipeline: 'default' }],
    ['a stage of a removed pipeline', { dealstage: 'closedwon', pipeline: 'gone' }],
    ['a stage without a pipeline', { dealstage: 'closedwon' }],
  ])('has its id and nothing else: %s', async (_case, properties) => {
    expect(await deal(properties, STAGE)).toEqual({
      stage: {
        id: stageId(properties.dealstage, 'pipeline' in properties ? properties.pipeline : ''),
        hubspotId: properties.dealstage,
        label: null,
        probability: null,
        isClosed: null,
      },
    });
  });

  it('is null when the deal is in none', async () => {
    expect(await deal({ dealname: 'new' }, `${STAGE} pipeline { id }`)).toEqual({ stage: null, pipeline: null });
  });
});

describe('the pipeline of a deal', () => {
  it('has its stages', async () => {
    const selection = 'pipeline { id label stages { id label } }';
    expect(await deal({ dealstage: 'closedwon', pipeline: 'partners' }, selection)).toEqual({
      pipeline: {
        id: 'Pipeline:1234567:partners',
        label: 'Partners',
        stages: [
          { id: stageId('contractsent', 'partners'), label: 'Waiting for the partner' },
          { id: stageId('closedwon', 'partners'), label: 'Partner won' },
        ],
      },
    });
    expect(await deal({ dealstage: 'x', pipeline: 'gone' }, selection)).toEqual({
      pipeline: { id: 'Pipeline:1234567:gone', label: null, stages: [] },
    });
  });
});

describe('pipelines cost', () => {
  it('needs one call for all deals and all selected fields', async () => {
    const { errors } = await stack.query(
      `{ dealPipelines { id } deals(first: 50) { nodes { ${STAGE} pipeline { label stages { label } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(asked().toSorted()).toEqual(['GET objects/2026-09/deals', PIPELINES]);
  });

  it('nothing when they are known', async () => {
    await stack.query('{ dealPipelines { label } }');
    stack.simulator.log.clear();
    await deal({ dealstage: 'closedwon', pipeline: 'default' }, STAGE);
    expect(asked()).toEqual([READ]);
  });

  it('nothing when ids are enough', async () => {
    const ids = await deal({ dealstage: 'closedwon', pipeline: 'default' }, 'stage { id __typename } pipeline { id }');
    expect(ids).toEqual({
      stage: { id: stageId('closedwon'), __typename: 'PipelineStage' },
      pipeline: { id: 'Pipeline:1234567:default' },
    });
    expect(asked()).toEqual([READ]);
  });

  it('needs another call when the cache has expired', async () => {
    await stack.query('{ dealPipelines { label } }');
    stack.clock.advance(31 * 60 * 1000);
    stack.simulator.log.clear();
    await deal({ dealstage: 'closedwon', pipeline: 'default' }, STAGE);
    expect(asked()).toEqual([READ, PIPELINES]);
  });
});

it('lists pipelines in the order in which HubSpot shows them', async () => {
  const { data, errors } = await stack.query('{ dealPipelines { id label stages { label } } }');
  expect(errors).toBeUndefined();
  const { dealPipelines } = data as unknown as { dealPipelines: { label: string; stages: { label: string }[] }[] };
  expect(dealPipelines.map(({ label, stages }) => [label, stages.length])).toEqual([
    ['Sales Pipeline', 7],
    ['Renewals', 5],
    ['Partners', 2],
  ]);
});

it('serves everything else of a deal when HubSpot answers with invalid pipelines', async () => {
  const fault = stack.simulator.faults.add({
    match: '^GET /crm/pipelines/',
    fault: { kind: 'rewrite', set: { results: 'none' } },
  });
  const id = create({ dealname: 'Pilot', dealstage: 'closedwon', pipeline: 'default' });
  const { data, errors } = await stack.query(
    'query ($id: ID!) { deal(id: $id) { name stage { id label isClosed } pipeline { id } } }',
    { id },
  );
  fault.remove();
  expect(data).toEqual({ deal: { name: 'Pilot', stage: null, pipeline: { id: 'Pipeline:1234567:default' } } });
  expect(errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
    [['deal', 'stage'], 'HUBSPOT_BAD_RESPONSE'],
  ]);
});
