import { Client } from '@hubspot/api-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { SMALL_PORTAL } from './helpers/small-portal.ts';

const SCOPES = ['deals', 'contacts'].flatMap((type) => [`crm.schemas.${type}.read`, `crm.schemas.${type}.write`]);
const PIPELINES = '/crm/pipelines/2026-09/deals';
const GROUPS = '/crm/properties/2026-09/contacts/groups';
const STAGES = [
  { label: 'Asked', displayOrder: 0, metadata: { probability: '0.25' } },
  { label: 'Won', displayOrder: 1, metadata: { probability: '1' } },
];

let simulator: Simulator;
let portal: Portal;
let client: Client;
let caller: HubspotCaller;
beforeAll(async () => {
  simulator = createSimulator({ clock: new ManualClock(), portals: [SMALL_PORTAL] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  const { token } = simulator.grants.issueTokens({ portal, scopes: SCOPES }).accessToken;
  client = new Client({ basePath: await simulator.listen(), accessToken: token });
  caller = new HubspotCaller(simulator, SCOPES);
});
afterAll(() => simulator.close());

interface ErrorBody {
  readonly subCategory?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

describe("HubSpot's SDK against the simulator's pipelines", () => {
  it('creates, changes, replaces and deletes a pipeline', async () => {
    const { pipelinesApi } = client.crm.pipelines;
    const created = await pipelinesApi.create('deals', { label: 'Rentals', displayOrder: 5, stages: STAGES });
    expect(created).toMatchObject({
      ...{ label: 'Rentals', displayOrder: 5, archived: false },
      stages: [
        { label: 'Asked', metadata: { probability: '0.25', isClosed: 'false' } },
        { label: 'Won', metadata: { probability: '1.0', isClosed: 'true' } },
      ],
    });
    const ids = [created.id, ...created.stages.map(({ id }) => id)];
    expect(new Set(ids).size).toBe(3);
    expect(await pipelinesApi.update('deals', created.id, { label: 'Leases' })).toMatchObject({
      ...{ id: created.id, label: 'Leases', displayOrder: 5 },
      stages: [{ label: 'Asked' }, { label: 'Won' }],
    });
    const replaced = await pipelinesApi.replace('deals', created.id, {
      ...{ label: 'Loans', displayOrder: 6, stages: STAGES.slice(0, 1) },
    });
    expect(replaced).toMatchObject({ id: created.id, label: 'Loans', stages: [{ label: 'Asked' }] });
    expect(await pipelinesApi.getById('deals', created.id)).toMatchObject({ label: 'Loans' });
    await pipelinesApi.archive('deals', created.id);
    await expect(pipelinesApi.getById('deals', created.id)).rejects.toMatchObject({ code: 404 });
  });

  it('creates, changes, replaces and deletes a stage', async () => {
    const { pipelineStagesApi } = client.crm.pipelines;
    const stage = { label: 'Paused', displayOrder: 9, metadata: { probability: '0.5' } };
    const { id } = await pipelineStagesApi.create('deals', 'default', stage);
    expect(
      await pipelineStagesApi.update('deals', 'default', id, { label: 'Lost', metadata: { probability: '0' } }),
    ).toMatchObject({
      ...{ id, label: 'Lost', displayOrder: 9, metadata: { probability: '0.0', isClosed: 'true' } },
    });
    expect(await pipelineStagesApi.replace('deals', 'default', id, stage)).toMatchObject({ id, label: 'Paused' });
    const { results } = await pipelineStagesApi.getAll('deals', 'default');
    expect(results.at(-1)).toMatchObject({ id, label: 'Paused' });
    await pipelineStagesApi.archive('deals', 'default', id);
    await expect(pipelineStagesApi.getById('deals', 'default', id)).rejects.toMatchObject({ code: 404 });
  });

  it('creates, changes and deletes a group of properties', async () => {
    const { groupsApi } = client.crm.properties;
    const group = { name: 'membership', label: 'Membership', displayOrder: 3 };
    expect(await groupsApi.create('contacts', group)).toMatchObject({ ...group, archived: false });
    expect(await groupsApi.update('contacts', 'membership', { label: 'Members' })).toMatchObject({ label: 'Members' });
    expect(await groupsApi.getByName('contacts', 'membership')).toMatchObject({ label: 'Members', displayOrder: 3 });
    expect((await groupsApi.getAll('contacts')).results.map(({ name }) => name)).toContain('membership');
    await groupsApi.archive('contacts', 'membership');
    await expect(groupsApi.getByName('contacts', 'membership')).rejects.toMatchObject({ code: 404 });
  });
});

describe('a pipeline or stage in use', () => {
  let stageId: string;
  let dealId: string;
  beforeEach(async () => {
    const { body } = await caller.post<{ id: string }>(`${PIPELINES}/default/stages`, STAGES[0]);
    stageId = body.id;
    dealId = portal.create('deals', { dealname: 'A', pipeline: 'default', dealstage: stageId }).id;
  });

  it('is not deleted from version 2026-09 on, and named with its records', async () => {
    const { status, body } = await caller.delete<ErrorBody>(`${PIPELINES}/default/stages/${stageId}`);
    expect([status, body.subCategory]).toEqual([400, 'PipelineError.STAGE_ID_IN_USE']);
    expect(body.context).toEqual({ stageIds: [stageId], objectIds: [dealId] });
    const second = { label: 'Second', displayOrder: 1, stages: STAGES };
    await caller.post(PIPELINES, second);
    for (const call of [caller.delete(`${PIPELINES}/default`), caller.put(`${PIPELINES}/default`, second)]) {
      expect((await call).status).toBe(400);
    }
    expect(portal.pipelines.deals.find(({ id }) => id === 'default')?.stages.map(({ id }) => id)).toContain(stageId);
  });

  it('is deleted before, unless the request asks for the check', async () => {
    const path = `/crm/pipelines/2026-03/deals/default/stages/${stageId}`;
    expect((await caller.delete(`${path}?validateReferencesBeforeDelete=true`)).status).toBe(400);
    expect((await caller.delete(path)).status).toBe(204);
  });
});

describe('a definition is refused', () => {
  it.each([
    ['a pipeline without stages', PIPELINES, { label: 'A', displayOrder: 0, stages: [] }],
    ['a pipeline without a label', PIPELINES, { displayOrder: 0, stages: STAGES }],
    ['a deal stage without a probability', `${PIPELINES}/default/stages`, { label: 'A', displayOrder: 0 }],
    [
      'a probability beyond 1',
      `${PIPELINES}/default/stages`,
      { label: 'A', displayOrder: 0, metadata: { probability: '1.5' } },
    ],
    [
      'a probability that is no number',
      `${PIPELINES}/default/stages`,
      { label: 'A', displayOrder: 0, metadata: { probability: 'high' } },
    ],
    ['a pipeline of contacts', '/crm/pipelines/2026-09/contacts', { label: 'A', displayOrder: 0, stages: STAGES }],
    ['a group with a bad name', GROUPS, { name: 'Bad Name', label: 'A' }],
    ['a group without a label', GROUPS, { name: 'good_name' }],
    ['no JSON', GROUPS, '{'],
  ])('%s', async (_case, path, body) => {
    const before = JSON.stringify([portal.pipelines, portal.groups]);
    expect((await caller.post(path, body)).status).toBe(400);
    expect(JSON.stringify([portal.pipelines, portal.groups])).toBe(before);
  });

  it('a group whose name is taken, and the deletion of one with properties', async () => {
    expect((await caller.post(GROUPS, { name: 'contactinformation', label: 'A' })).status).toBe(409);
    const { status, body } = await caller.delete<ErrorBody>(`${GROUPS}/contactinformation`);
    expect([status, body.subCategory]).toEqual([400, 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES']);
  });

  it('without the scope to write', async () => {
    const reader = new HubspotCaller(simulator, ['crm.schemas.deals.read', 'crm.schemas.contacts.read']);
    const statuses = [
      reader.post(PIPELINES, { label: 'A', displayOrder: 0, stages: STAGES }),
      reader.patch(`${PIPELINES}/default`, { label: 'A' }),
      reader.delete(`${PIPELINES}/default`),
      reader.post(GROUPS, { name: 'a', label: 'A' }),
      reader.patch(`${GROUPS}/contactinformation`, { label: 'A' }),
      reader.delete(`${GROUPS}/contactinformation`),
    ].map(async (answer) => (await answer).status);
    expect(await Promise.all(statuses)).toEqual([403, 403, 403, 403, 403, 403]);
  });
});
