import { dealPipeline } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, Stack } from '../../helpers/stack.ts';

const [FIRST, SECOND] = [SMALL_PORTAL.hubId, 7_654_321];
const PORTALS = [FIRST, SECOND].map((hubId) => ({ ...SMALL_PORTAL, hubId, domain: `p${hubId}.example`, user: 'a' }));
const WON = `PipelineStage:${FIRST}:default:closedwon`;
const PARTNERS = `Pipeline:${FIRST}:partners%3A%2F`;
const PARTNERS_WON = `PipelineStage:${FIRST}:partners%3A%2F:closedwon`;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: PORTALS } });
  // A pipeline with a stage of the same id, and with an id that says nothing by itself.
  stack.simulator.portals[0]?.pipelines.deals.push(
    dealPipeline({ id: 'partners:/', label: 'Partners', displayOrder: 2, createdAt: 0 }, [
      ['closedwon', 'Partner won', 1],
    ]),
  );
  const scopes = stack.config.hubspot.optionalScopes;
  for (const hubId of [FIRST, SECOND]) {
    await stack.connect({ optionalScopes: scopes }, ALICE, { granted: scopes, portal: String(hubId) });
  }
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

it('no two objects of two portals have the same id', async () => {
  const record = 'id __typename hubspotId name: property(name: "hs_object_id") { raw }';
  const { data, errors } = await stack.query(`{
    viewer { id __typename tenantId }
    installations {
      id __typename hubId
      contacts(first: 30) { nodes { ${record} owner { id __typename email } } }
      companies(first: 20) { nodes { ${record} } }
      deals(first: 60) { nodes { ${record} stage { id __typename label } pipeline { id __typename label } } }
      owners { nodes { id __typename email } }
      dealPipelines { id __typename label stages { id __typename label } }
    }
  }`);
  expect(errors).toBeUndefined();
  const things = new Map<string, Set<string>>();
  const visit = (value: unknown, portal = ''): void => {
    if (typeof value !== 'object' || value === null) return;
    const { id, hubId = portal, ...rest } = value as Record<string, unknown>;
    if (typeof id === 'string') {
      const facts = Object.fromEntries(Object.entries(rest).filter(([, fact]) => typeof fact !== 'object'));
      things.set(id, (things.get(id) ?? new Set()).add(JSON.stringify([hubId, facts])));
    }
    for (const each of Object.values(value)) visit(each, String(hubId));
  };
  visit(data);
  expect(new Set([...things.keys()].map((id) => id.split(':')[0])).size).toBe(8);
  expect([...things].filter(([, facts]) => facts.size > 1)).toEqual([]);
});

describe('node', () => {
  it.each([
    [WON, { __typename: 'PipelineStage', id: WON, hubspotId: 'closedwon', label: 'Closed Won' }],
    [PARTNERS_WON, { __typename: 'PipelineStage', id: PARTNERS_WON, hubspotId: 'closedwon', label: 'Partner won' }],
    [PARTNERS, { __typename: 'Pipeline', id: PARTNERS, hubspotId: 'partners:/', label: 'Partners' }],
    [`Pipeline:${FIRST}:gone`, null],
    [`PipelineStage:${FIRST}:default:gone`, null],
    [`PipelineStage:9999999:default:closedwon`, null],
    [`Pipeline:${FIRST}`, null],
    [`Pipeline:${FIRST}:%`, null],
  ])('%s', async (id, node) => {
    const fields = 'hubspotId label';
    const query = `query ($id: ID!) { node(id: $id) { __typename id ... on Pipeline { ${fields} } ... on PipelineStage { ${fields} } } }`;
    expect(await stack.query(query, { id })).toEqual({ data: { node } });
  });
});

describe('a filter takes either id', () => {
  const groups = async (filter: string) => {
    const { errors } = await stack.query(`{ deals(filter: ${filter}) { totalCount } }`);
    const [call] = stack.simulator.log.crm();
    return (
      errors?.map(({ message, extensions }) => [extensions?.code, message]) ?? [
        call?.hubId,
        (call?.body as { filterGroups: unknown } | undefined)?.filterGroups,
      ]
    );
  };
  const IN = (...values: string[]) => ({ propertyName: 'dealstage', operator: 'IN', values });
  const pipeline = (operator: string, value: string) => ({ propertyName: 'pipeline', operator, value });

  it.each([
    [`{ stageId: { eq: "${WON}" } }`, [{ filters: [IN('closedwon'), pipeline('EQ', 'default')] }]],
    [
      `{ stageId: { in: ["${WON}", "${PARTNERS_WON}", "PipelineStage:${FIRST}:default:x"] } }`,
      [
        { filters: [IN('closedwon', 'x'), pipeline('EQ', 'default')] },
        { filters: [IN('closedwon'), pipeline('EQ', 'partners:/')] },
      ],
    ],
    [
      `{ stageId: { neq: "${WON}" } }`,
      [{ filters: [{ ...IN('closedwon'), operator: 'NOT_IN' }] }, { filters: [pipeline('NEQ', 'default')] }],
    ],
    [`{ pipelineId: { eq: "${PARTNERS}" } }`, [{ filters: [pipeline('EQ', 'partners:/')] }]],
  ])('%s', async (filter, expected) => {
    expect(await groups(filter)).toEqual([FIRST, expected]);
  });

  it.each([
    [`{ stageId: { eq: "${PARTNERS}" } }`, 'filter takes the id of a stage.'],
    [`{ pipelineId: { eq: "${WON}" } }`, 'filter takes the id of a pipeline.'],
    [`{ ownerId: { eq: "Owner:${SECOND}:1" }, stageId: { eq: "${WON}" } }`, expect.stringContaining('another portal')],
  ])('but not %s', async (filter, message) => {
    expect(await groups(filter)).toEqual([['BAD_USER_INPUT', message]]);
  });
});

describe('writing takes either id', () => {
  const write = async (input: string) => {
    const { data, errors } = await stack.query(
      `mutation { done: createDeal(input: { name: "D", ${input} }) { userErrors { code path } } }`,
    );
    return { data, errors, written: stack.simulator.log.crm().map(({ hubId, body }) => [hubId, body]) };
  };

  it.each([
    [`stageId: "${PARTNERS_WON}"`, { dealstage: 'closedwon', pipeline: 'partners:/' }],
    [`stageId: "${PARTNERS_WON}", pipelineId: "${PARTNERS}"`, { dealstage: 'closedwon', pipeline: 'partners:/' }],
    [`stageId: "${PARTNERS_WON}", pipelineId: "partners:/"`, { dealstage: 'closedwon', pipeline: 'partners:/' }],
    [`stageId: "closedwon", pipelineId: "${PARTNERS}"`, { dealstage: 'closedwon', pipeline: 'partners:/' }],
  ])('%s', async (input, properties) => {
    const { data, errors, written } = await write(input);
    expect({ data, errors }).toEqual({ data: { done: { userErrors: [] } } });
    expect(written).toEqual([[FIRST, { properties: { dealname: 'D', ...properties } }]]);
  });

  it.each([
    [`stageId: "${PARTNERS_WON}", pipelineId: "default"`, 'stageId'],
    [`stageId: "${WON}", properties: [{ name: "pipeline", value: "partners:/" }]`, 'stageId'],
    [`stageId: "${PARTNERS}"`, 'stageId'],
    [`pipelineId: "${WON}"`, 'pipelineId'],
    [`stageId: "${WON}", pipelineId: "Pipeline:${SECOND}:default"`, expect.any(String)],
  ])('but not %s', async (input, argument) => {
    const { errors, written } = await write(input);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument }]);
    expect(written).toEqual([]);
  });
});
