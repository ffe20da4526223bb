import { beforeEach, describe, expect, it } from 'vitest';
import type { Pipeline, PipelineStage } from '../src/crm/pipelines.ts';
import type { PropertyDefinition } from '../src/crm/properties/property-definitions.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Failure {
  readonly category?: string;
  readonly errors?: readonly { readonly context: { readonly requiredGranularScopes: readonly string[] } }[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const DEALS = '/crm/pipelines/2026-09/deals';

let simulator: Simulator;
let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, ['crm.objects.deals.read']);
});

describe('deal pipelines', () => {
  it.each(['/crm/pipelines/2026-09', '/crm/pipelines/2026-03', '/crm/v3/pipelines'])(
    "are HubSpot's and the portal's own below %s",
    async (base) => {
      const { status, body } = await hubspot.get<{ results: Pipeline[] }>(`${base}/deals`);
      expect(status).toBe(200);
      expect(body).toEqual({ results: portal.pipelines.deals });
      expect(body.results.map(({ id, displayOrder }) => [id === 'default', displayOrder])).toEqual([
        [true, 0],
        [false, 1],
      ]);
    },
  );

  it('begin with the stages that every portal has', async () => {
    const { body } = await hubspot.get<Pipeline>(`${DEALS}/default`);
    expect(body).toMatchObject({ label: 'Sales Pipeline', createdAt: '1970-01-01T00:00:00Z', archived: false });
    expect(body.stages.map(({ id, metadata }) => [id, metadata.isClosed, metadata.probability])).toEqual([
      ['appointmentscheduled', 'false', '0.2'],
      ['qualifiedtobuy', 'false', '0.4'],
      ['presentationscheduled', 'false', '0.6'],
      ['decisionmakerboughtin', 'false', '0.8'],
      ['contractsent', 'false', '0.9'],
      ['closedwon', 'true', '1.0'],
      ['closedlost', 'true', '0.0'],
    ]);
  });

  it("show a stage as HubSpot's sample does", async () => {
    expect((await hubspot.get(`${DEALS}/default/stages/contractsent`)).body).toEqual({
      id: 'contractsent',
      label: 'Contract Sent',
      displayOrder: 4,
      metadata: { isClosed: 'false', probability: '0.9' },
      createdAt: '1970-01-01T00:00:00Z',
      updatedAt: '1970-01-01T00:00:00Z',
      archived: false,
      writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
    });
  });

  it('list their stages alone', async () => {
    for (const pipeline of portal.pipelines.deals) {
      const { body } = await hubspot.get<{ results: PipelineStage[] }>(`${DEALS}/${pipeline.id}/stages`);
      expect(body).toEqual({ results: pipeline.stages });
    }
  });

  it('are the options of the properties that hold them', async () => {
    const values = async (name: string) =>
      (await hubspot.get<PropertyDefinition>(`/crm/properties/2026-09/deals/${name}`)).body.options.map(
        ({ value, label }) => ({ id: value, label }),
      );
    const named = ({ id, label }: Pipeline | PipelineStage) => ({ id, label });
    expect(await values('pipeline')).toEqual(portal.pipelines.deals.map(named));
    expect(await values('dealstage')).toEqual(portal.pipelines.deals.flatMap(({ stages }) => stages).map(named));
  });
});

describe('a call about pipelines', () => {
  const PATHS = ['', '/default', '/default/stages', '/default/stages/closedwon'];

  it.each(['crm.schemas.deals.read', 'crm.objects.deals.read'])('needs one of two scopes: %s', async (scope) => {
    const reader = new HubspotCaller(simulator, [scope]);
    for (const path of PATHS) expect((await reader.get(`${DEALS}${path}`)).status).toBe(200);
  });

  it('is a 403 that names both to who has neither', async () => {
    const stranger = new HubspotCaller(simulator, ['crm.objects.contacts.read', 'crm.objects.deals.write']);
    for (const path of PATHS) {
      const { status, body } = await stranger.get<Failure>(`${DEALS}${path}`);
      expect(status).toBe(403);
      expect(body.errors?.[0]?.context.requiredGranularScopes).toEqual([
        'crm.schemas.deals.read',
        'crm.objects.deals.read',
      ]);
    }
  });

  it('is a 401 without a token', async () => {
    expect((await simulator.fetch(new Request(`http://hubspot.test${DEALS}`))).status).toBe(401);
  });

  it.each(['/nothing', '/999', '/nothing/stages', '/default/stages/nothing', '/nothing/stages/closedwon'])(
    'is a 404 about what is not there: %s',
    async (path) => {
      expect((await hubspot.get(`${DEALS}${path}`)).status).toBe(404);
    },
  );

  it('is a 400 about an unknown object type', async () => {
    const { status, body } = await hubspot.get<Failure>('/crm/pipelines/2026-09/unicorns');
    expect(status).toBe(400);
    expect(body.category).toBe('VALIDATION_ERROR');
  });
});
