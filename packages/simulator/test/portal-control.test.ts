import { beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

const SIZE = { contacts: 3, deals: 0, companies: 0 };
const PORTALS = [101, 102].map((hubId) => ({ hubId, domain: `${hubId}.example`, user: 'a@b.example', size: SIZE }));
const SCOPES = ['crm.objects.contacts.read', 'crm.objects.owners.read'];
const CONTACTS = '/crm/objects/2026-09/contacts';

let simulator: Simulator;
let hubspot: HubspotCaller;
beforeEach(() => {
  simulator = createSimulator({ clock: new ManualClock(), portals: PORTALS });
  hubspot = new HubspotCaller(simulator, SCOPES);
});

async function control(method: string, path: string, body?: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(`http://hubspot.test/_simulator/${path}`, { method, ...(text && { body: text }) });
  const response = await simulator.fetch(request);
  const answered = await response.text();
  return { status: response.status, headers: response.headers, body: answered ? JSON.parse(answered) : undefined };
}

describe('people in HubSpot', () => {
  it('have portals', async () => {
    const portals = [101, 102].map((hubId) => ({ hubId, domain: `${hubId}.example`, user: 'a@b.example' }));
    expect(await control('GET', 'portals')).toMatchObject({ status: 200, body: portals });
  });

  it('uninstall the app', async () => {
    expect((await control('POST', 'portals/102/uninstall')).status).toBe(204);
    expect((await hubspot.get(CONTACTS)).status).toBe(200);
    expect((await control('POST', 'portals/101/uninstall')).status).toBe(204);
    expect((await hubspot.get(CONTACTS)).status).toBe(401);
  });

  it('take scopes away', async () => {
    expect((await hubspot.get('/crm/owners/2026-09')).status).toBe(200);
    expect((await control('POST', 'portals/101/scopes/remove', { scopes: ['crm.objects.owners.read'] })).status).toBe(
      204,
    );
    expect((await hubspot.get('/crm/owners/2026-09')).status).toBe(403);
    expect((await hubspot.get(CONTACTS)).status).toBe(200);
  });

  it('use up the limits of a portal', async () => {
    expect((await control('POST', 'portals/101/limits/use-up')).status).toBe(204);
    expect((await hubspot.get(CONTACTS)).status).toBe(429);
    const search = await hubspot.post(`${CONTACTS}/search`, {});
    expect(search.status).toBe(429);
    expect((await control('POST', 'portals/101/limits/use-up')).status).toBe(204);
  });

  it('change a record', async () => {
    const [contact] = simulator.portals[0]?.records('contacts') ?? [];
    const path = `portals/101/records/contacts/${contact?.id}`;
    const changed = await control('PATCH', path, { properties: { firstname: 'Ada', lastname: '' } });
    expect(changed).toMatchObject({ status: 200, body: { id: contact?.id, properties: { firstname: 'Ada' } } });
    expect(changed.body.properties).not.toHaveProperty('lastname');
  });
});

describe('a request that makes no sense', () => {
  it.each([
    ['POST', 'portals/1/uninstall', undefined, 404],
    ['POST', 'portals/1/limits/use-up', undefined, 404],
    ['POST', 'portals/1/scopes/remove', { scopes: [] }, 404],
    ['POST', 'portals/101/scopes/remove', undefined, 400],
    ['POST', 'portals/101/scopes/remove', '{', 400],
    ['POST', 'portals/101/scopes/remove', { scopes: 'oauth' }, 400],
    ['POST', 'portals/101/scopes/remove', { scopes: [1] }, 400],
    ['PATCH', 'portals/1/records/contacts/100001', { properties: {} }, 404],
    ['PATCH', 'portals/101/records/unicorns/100001', { properties: {} }, 404],
    ['PATCH', 'portals/101/records/contacts/1', { properties: {} }, 404],
    ['PATCH', 'portals/101/records/contacts/100001', undefined, 400],
    ['PATCH', 'portals/101/records/contacts/100001', { properties: [] }, 400],
    ['PATCH', 'portals/101/records/contacts/100001', { properties: { firstname: 1 } }, 400],
    ['PATCH', 'portals/101/records/contacts/100001', { properties: { unknown_one: 'x' } }, 400],
    ['GET', 'requests?after=-1', undefined, 400],
    ['GET', 'requests?after=x', undefined, 400],
  ])('%s %s %j is refused, and changes nothing', async (method, path, body, status) => {
    const before = JSON.stringify([...(simulator.portals[0]?.records('contacts') ?? [])].map((r) => [...r.properties]));
    expect(await control(method, path, body)).toMatchObject({ status, body: { message: expect.any(String) } });
    expect(JSON.stringify([...(simulator.portals[0]?.records('contacts') ?? [])].map((r) => [...r.properties]))).toBe(
      before,
    );
    expect((await hubspot.get('/crm/owners/2026-09')).status).toBe(200);
  });
});

it('the log tells what came after a number of requests', async () => {
  for (const limit of [1, 2, 3]) await hubspot.get(`${CONTACTS}?limit=${limit}`);
  const all = await control('GET', 'requests');
  const received = Number(all.headers.get('x-simulator-requests'));
  expect(received).toBe(all.body.length);
  const latest = await control('GET', `requests?after=${received - 1}`);
  expect(latest.body).toMatchObject([{ query: { limit: '3' } }]);
  expect((await control('GET', `requests?after=${received}`)).body).toEqual([]);
  expect((await control('GET', `requests?after=${received + 5}`)).body).toEqual([]);
});
