import { beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Failure {
  readonly status: string;
  readonly message: string;
  readonly correlationId: string;
  readonly category?: string;
  readonly context?: object;
  readonly errors?: readonly { readonly context: object }[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const ALL = ['crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.companies.read'];
const CONTACTS = '/crm/objects/2026-09/contacts';
const ASSOCIATIONS = '/crm/associations/2026-09/contacts/companies/batch/read';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let clock: ManualClock;
let simulator: Simulator;
let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  clock = new ManualClock();
  simulator = createSimulator({ clock, portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, ALL);
});

describe('a call without a live token', () => {
  const missing = {
    status: 'error',
    message: expect.stringContaining('Authentication credentials not found.'),
    correlationId: expect.stringMatching(UUID),
    category: 'INVALID_AUTHENTICATION',
  };

  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic abc' }],
    ['an unknown token', { authorization: 'Bearer nobody' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('is a 401 INVALID_AUTHENTICATION: %s', async (_case, headers: Record<string, string>) => {
    const response = await simulator.fetch(new Request(`http://hubspot.test${CONTACTS}`, { headers }));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(missing);
  });

  it.each([
    ['at once', 0, '0 second(s)'],
    ['for a minute', 60_000, '60 second(s)'],
    ['for three hours', 3 * 3_600_000, '3 hour(s)'],
    ['for two days', 49 * 3_600_000, '2 day(s)'],
  ])('is a 401 EXPIRED_AUTHENTICATION when the token is out: %s', async (_case, ms, age) => {
    clock.advance(30 * 60_000 + ms);
    const { status, body } = await hubspot.get<Failure>(CONTACTS);
    expect(status).toBe(401);
    expect(body).toEqual({
      status: 'error',
      message: `The OAuth token used to make this call expired ${age} ago.`,
      correlationId: expect.stringMatching(UUID),
      context: { 'expire time': ['2026-11-23T09:30:00Z'] },
      category: 'EXPIRED_AUTHENTICATION',
    });
  });

  it('is let in until the last millisecond', async () => {
    clock.advance(30 * 60_000 - 1);
    expect((await hubspot.get(CONTACTS)).status).toBe(200);
  });

  it('is a 401 as soon as HubSpot invalidates its tokens', async () => {
    simulator.grants.revokeAccessTokens();
    expect((await hubspot.get(CONTACTS)).body).toEqual(missing);
  });
});

describe('a call without the scope it needs', () => {
  it('is a 403 that names a scope that would do', async () => {
    const { status, body } = await new HubspotCaller(simulator, ['oauth']).get<Failure>(CONTACTS);
    expect(status).toBe(403);
    expect(body).toEqual({
      status: 'error',
      message:
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
      correlationId: expect.stringMatching(UUID),
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: ['crm.objects.contacts.read'] },
        },
      ],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
      category: 'MISSING_SCOPES',
    });
  });

  it.each<[string, string, readonly string[], string, object | undefined]>([
    ['a list', 'deals', ['contacts'], '/crm/objects/2026-09/deals', undefined],
    ['a get', 'deals', ['contacts'], '/crm/objects/2026-09/deals/1', undefined],
    ['a batch read', 'deals', ['contacts'], '/crm/objects/2026-09/deals/batch/read', { inputs: [] }],
    ['associated records in a list', 'companies', ['contacts'], `${CONTACTS}?associations=companies`, undefined],
    ['associated records in a get', 'companies', ['contacts'], `${CONTACTS}/100001?associations=companies`, undefined],
    ['the far side of associations', 'companies', ['contacts'], ASSOCIATIONS, { inputs: [] }],
    ['the near side of associations', 'contacts', ['companies'], ASSOCIATIONS, { inputs: [] }],
    ['a list of associated records', 'companies', ['contacts'], `${CONTACTS}/100001/associations/companies`, undefined],
  ])('is refused whatever it is: %s', async (_case, lacking, held, path, body) => {
    portal.create('contacts', {});
    const caller = new HubspotCaller(
      simulator,
      held.map((type) => `crm.objects.${type}.read`),
    );
    const answer = body ? await caller.post<Failure>(path, body) : await caller.get<Failure>(path);
    expect(answer.status).toBe(403);
    expect(answer.body.errors?.[0]?.context).toEqual({ requiredGranularScopes: [`crm.objects.${lacking}.read`] });
  });
});

describe('a call for something that is not there', () => {
  it('is a bare 404 for a numeric id', async () => {
    const { status, body } = await hubspot.get<Failure>(`${CONTACTS}/999`);
    expect(status).toBe(404);
    expect(body).toEqual({ status: 'error', message: 'resource not found', correlationId: expect.any(String) });
  });

  it('is a 404 that doubts any other id', async () => {
    const { status, body } = await hubspot.get<Failure>(`${CONTACTS}/ada`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      message: 'Object not found.  objectId are usually numeric.',
      context: { id: ['ada'] },
      category: 'OBJECT_NOT_FOUND',
    });
  });

  it.each([
    ['associated records of nobody', `${CONTACTS}/999/associations/companies`],
    ['a version of the future', '/crm/objects/2027-03/contacts'],
    ['a mistyped version', '/crm/objects/2026-9/contacts'],
    ['a version with a tail', '/crm/objects/2026-091/contacts'],
    ['v3 associations, whose shape is another', '/crm/v3/objects/contacts/1/associations/companies'],
    ['an endpoint that is not simulated', '/crm/lists/2026-09/1'],
  ])('is a 404: %s', async (_case, path) => {
    expect((await hubspot.get(path)).status).toBe(404);
  });
});

describe('a call that is invalid', () => {
  it.each([
    ['a limit of 0', `${CONTACTS}?limit=0`],
    ['a limit above 100', `${CONTACTS}?limit=101`],
    ['a limit that is no number', `${CONTACTS}?limit=ten`],
    ['a cursor of nobody', `${CONTACTS}?after=abc`],
    ['an unknown object type', '/crm/objects/2026-09/unicorns'],
    ['unknown associated records', `${CONTACTS}?associations=unicorns`],
    ['a property that is not unique', `${CONTACTS}/Ada?idProperty=firstname`],
    ['more than 500 associated records', `${CONTACTS}/100001/associations/companies?limit=501`],
    ['a cursor of nobody among associated records', `${CONTACTS}/100001/associations/companies?after=%25%25`],
  ])('is a 400 VALIDATION_ERROR: %s', async (_case, path) => {
    portal.create('contacts', { firstname: 'Ada' });
    const { status, body } = await hubspot.get<Failure>(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' });
  });

  it.each([
    ['records', `${CONTACTS}/batch/read`, 100],
    ['associations', ASSOCIATIONS, 1_000],
  ])('is a 400 when a batch of %s has too many inputs', async (_case, path, max) => {
    const inputs = Array.from({ length: max + 1 }, (_, id) => ({ id: String(id) }));
    expect((await hubspot.post(path, { inputs: inputs.slice(1) })).status).toBe(207);
    const { status, body } = await hubspot.post<Failure>(path, { inputs });
    expect(status).toBe(400);
    expect(body.message).toContain(String(max));
  });

  it.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['no inputs', '{}'],
    ['inputs that are no list', '{"inputs": {"id": "1"}}'],
    ['an input that is null', '{"inputs": [null]}'],
    ['an input without an id', '{"inputs": [{}]}'],
  ])('is a 400 about the JSON of a batch: %s', async (_case, text) => {
    for (const path of [`${CONTACTS}/batch/read`, ASSOCIATIONS]) {
      const { status, body } = await hubspot.post<Failure>(path, text);
      expect(status).toBe(400);
      expect(body.message).toContain('Invalid input JSON');
    }
  });

  it('is a 400 when a batch names records by a property that is not unique', async () => {
    const body = { idProperty: 'domain', inputs: [{ id: 'one.example' }] };
    expect((await hubspot.post('/crm/objects/2026-09/companies/batch/read', body)).status).toBe(400);
  });
});

describe('every answer', () => {
  it.each([
    ['200', CONTACTS],
    ['400', `${CONTACTS}?limit=0`],
    ['404', `${CONTACTS}/999`],
  ])('carries a correlation id in a header, the same as in an error body: %s', async (status, path) => {
    const answer = await hubspot.get<Partial<Failure>>(path);
    const header = answer.headers.get('x-hubspot-correlation-id');
    expect(String(answer.status)).toBe(status);
    expect(header).toMatch(UUID);
    expect(answer.body.correlationId ?? header).toBe(header);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
  });

  it('has a correlation id of its own', async () => {
    const ids = [await hubspot.get<Failure>(`${CONTACTS}/1`), await hubspot.get<Failure>(`${CONTACTS}/1`)];
    expect(new Set(ids.map(({ body }) => body.correlationId)).size).toBe(2);
  });
});
