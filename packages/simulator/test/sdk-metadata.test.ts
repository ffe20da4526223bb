import { Client } from '@hubspot/api-client';
import {
  PropertyCreateFieldTypeEnum,
  PropertyCreateTypeEnum,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { SMALL_PORTAL } from './helpers/small-portal.ts';

const SCOPES = [
  'crm.objects.contacts.read',
  'crm.objects.deals.read',
  'crm.objects.owners.read',
  'crm.schemas.contacts.write',
];

let simulator: Simulator;
let portal: Portal;
let client: Client;
let withoutScopes: Client;

beforeAll(async () => {
  simulator = createSimulator({ clock: new ManualClock(), portals: [SMALL_PORTAL] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  const basePath = await simulator.listen();
  const signIn = (scopes: readonly string[]) =>
    new Client({ basePath, accessToken: simulator.grants.issueTokens({ portal, scopes }).accessToken.token });
  client = signIn(SCOPES);
  withoutScopes = signIn(['oauth']);
});

afterAll(() => simulator.close());

describe("HubSpot's SDK against the simulator's metadata", () => {
  it('reads owners, page by page, and those who left', async () => {
    const { ownersApi } = client.crm.owners;
    const first = await ownersApi.getPage(undefined, undefined, 5);
    const rest = await ownersApi.getPage(undefined, first.paging?.next?.after, 100);
    const active = portal.owners.filter(({ archived }) => !archived);
    expect([...first.results, ...rest.results].map(({ id }) => id)).toEqual(active.map(({ id }) => id));
    expect(first.results[0]).toMatchObject({
      ...{ id: active[0]?.id, email: active[0]?.email, userId: active[0]?.userId, type: 'PERSON' },
      createdAt: new Date(active[0]?.createdAt ?? ''),
    });
    const { results: archived } = await ownersApi.getPage(undefined, undefined, 100, true);
    expect(archived).toHaveLength(2);
    expect(archived.map(({ userId }) => userId)).toEqual([null, null]);
  });

  it('finds the owner of a contact by the id that the contact has', async () => {
    const { results } = await client.crm.contacts.basicApi.getPage(100, undefined, ['hubspot_owner_id']);
    const ids = results.map(({ properties }) => properties.hubspot_owner_id);
    const active = portal.owners.find(({ id, archived }) => !archived && ids.includes(id));
    const owner = await client.crm.owners.ownersApi.getById(Number(active?.id));
    expect(owner.email).toBe(active?.email);
    const user = await client.crm.owners.ownersApi.getById(active?.userId ?? 0, 'userId');
    expect(user.id).toBe(active?.id);
  });

  it('reads pipelines and stages', async () => {
    const { pipelinesApi, pipelineStagesApi } = client.crm.pipelines;
    const { results } = await pipelinesApi.getAll('deals');
    expect(results.map(({ id }) => id)).toEqual(portal.pipelines.deals.map(({ id }) => id));
    const pipeline = await pipelinesApi.getById('deals', 'default');
    expect(pipeline.createdAt).toEqual(new Date(0));
    const stages = await pipelineStagesApi.getAll('deals', 'default');
    expect(stages.results).toEqual(pipeline.stages);
    const stage = await pipelineStagesApi.getById('deals', 'default', 'closedwon');
    expect(stage.metadata).toEqual({ isClosed: 'true', probability: '1.0' });
  });

  it('reads property definitions: all, one, several by name, and their groups', async () => {
    const { coreApi, batchApi, groupsApi } = client.crm.properties;
    const { results } = await coreApi.getAll('contacts');
    expect(results.map(({ name }) => name)).toEqual(portal.definitions('contacts').map(({ name }) => name));
    const email = await coreApi.getByName('contacts', 'email');
    expect(email).toMatchObject({ type: 'string', fieldType: 'text', hasUniqueValue: true });
    const inputs = [{ name: 'zip' }, { name: 'lifecyclestage' }];
    const batch = await batchApi.read('contacts', { inputs, archived: false });
    expect(batch.results.map(({ name }) => name)).toEqual(['zip', 'lifecyclestage']);
    const groups = await groupsApi.getAll('contacts');
    expect(groups.results.map(({ name }) => name)).toContain('contactinformation');
  });

  it('creates, changes and archives a property', async () => {
    const { coreApi } = client.crm.properties;
    const created = await coreApi.create('contacts', {
      ...{ name: 'shoe_size', label: 'Shoe size', groupName: 'contactinformation' },
      type: PropertyCreateTypeEnum.Number,
      fieldType: PropertyCreateFieldTypeEnum.Number,
    });
    expect(created).toMatchObject({ name: 'shoe_size', hubspotDefined: false, archived: false });
    const changed = await coreApi.update('contacts', 'shoe_size', { label: 'Shoe size (EU)' });
    expect(changed.label).toBe('Shoe size (EU)');
    await coreApi.archive('contacts', 'shoe_size');
    await expect(coreApi.getByName('contacts', 'shoe_size')).rejects.toMatchObject({ code: 404 });
  });

  it('meets the refusals that it knows', async () => {
    const calls = [
      withoutScopes.crm.owners.ownersApi.getPage(),
      withoutScopes.crm.pipelines.pipelinesApi.getAll('deals'),
      withoutScopes.crm.properties.coreApi.getAll('contacts'),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ reason: { code: 403, body: { category: 'MISSING_SCOPES' } } });
    }
    await expect(client.crm.owners.ownersApi.getById(1)).rejects.toMatchObject({ code: 404 });
    await expect(client.crm.owners.ownersApi.getPage(undefined, undefined, 0)).rejects.toMatchObject({ code: 400 });
  });
});
