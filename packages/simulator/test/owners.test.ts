import { beforeEach, describe, expect, it } from 'vitest';
import type { Owner } from '../src/crm/owners.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Page {
  readonly results: readonly Owner[];
  readonly paging?: { readonly next: { readonly after: string } };
}

interface Failure {
  readonly category?: string;
  readonly errors?: readonly { readonly context: { readonly requiredGranularScopes: readonly string[] } }[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const OWNERS = '/crm/owners/2026-09';
const ADA: Owner = {
  id: '41629779',
  email: 'ada@one.example',
  type: 'PERSON',
  firstName: 'Ada',
  lastName: 'Hughes',
  userId: 9_586_504,
  userIdIncludingInactive: 9_586_504,
  createdAt: '2024-01-01T09:00:00Z',
  updatedAt: '2025-01-01T09:00:00Z',
  archived: false,
  teams: [{ id: '368389', name: 'Sales Team', primary: true }],
};
const { teams: _, ...TEAMLESS } = ADA;
const BOB: Owner = { ...TEAMLESS, id: '41629780', email: 'bob@one.example', userId: 7, userIdIncludingInactive: 7 };
const GONE: Owner = {
  ...{ ...TEAMLESS, id: '41629781', email: 'gone@one.example' },
  ...{ userId: null, userIdIncludingInactive: 9_586_599, archived: true },
};

let simulator: Simulator;
let hubspot: HubspotCaller;

beforeEach(() => {
  const portals = [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }];
  simulator = createSimulator({ clock: new ManualClock(), portals });
  const [portal] = simulator.portals as [Portal]; // One was asked for.
  // Out of the order of their ids, in which answers come all the same.
  portal.owners.splice(0, Number.POSITIVE_INFINITY, BOB, GONE, ADA);
  hubspot = new HubspotCaller(simulator, ['crm.objects.owners.read']);
});

describe('owners', () => {
  it.each(['/crm/owners/2026-09', '/crm/owners/2026-03', '/crm/v3/owners', '/crm/v3/owners/'])(
    'are listed at %s, without those who left',
    async (path) => {
      const { status, body } = await hubspot.get<Page>(path);
      expect(status).toBe(200);
      expect(body).toEqual({ results: [ADA, BOB] });
    },
  );

  it('who left are in the archived list alone, without a user', async () => {
    expect((await hubspot.get<Page>(`${OWNERS}?archived=true`)).body).toEqual({ results: [GONE] });
  });

  it('are found by e-mail address, in any case', async () => {
    expect((await hubspot.get<Page>(`${OWNERS}?email=BOB%40one.example`)).body.results).toEqual([BOB]);
    expect((await hubspot.get<Page>(`${OWNERS}?email=gone%40one.example`)).body.results).toEqual([]);
  });

  it('come in pages', async () => {
    const first = (await hubspot.get<Page>(`${OWNERS}?limit=1`)).body;
    expect(first).toMatchObject({ results: [ADA], paging: { next: { after: BOB.id } } });
    const second = (await hubspot.get<Page>(`${OWNERS}?limit=1&after=${first.paging?.next.after}`)).body;
    expect(second).toEqual({ results: [BOB] });
  });

  it('come 100 at a time when no limit is asked for, and 500 at most', async () => {
    const [portal] = simulator.portals;
    for (let id = 1; id <= 501; id += 1) portal?.owners.push({ ...BOB, id: String(id) });
    expect((await hubspot.get<Page>(OWNERS)).body.results).toHaveLength(100);
    expect((await hubspot.get<Page>(`${OWNERS}?limit=500`)).body.results).toHaveLength(500);
  });
});

describe('an owner', () => {
  it('is found by id and by the number of its user', async () => {
    expect((await hubspot.get(`${OWNERS}/${ADA.id}`)).body).toEqual(ADA);
    expect((await hubspot.get(`${OWNERS}/${ADA.id}?idProperty=id`)).body).toEqual(ADA);
    expect((await hubspot.get(`${OWNERS}/${ADA.userId}?idProperty=userId`)).body).toEqual(ADA);
  });

  it('is not found by the one number in place of the other', async () => {
    expect((await hubspot.get(`${OWNERS}/${ADA.userId}`)).status).toBe(404);
    expect((await hubspot.get(`${OWNERS}/${ADA.id}?idProperty=userId`)).status).toBe(404);
  });

  it('who left is found among the archived alone', async () => {
    expect((await hubspot.get(`${OWNERS}/${GONE.id}`)).status).toBe(404);
    expect((await hubspot.get(`${OWNERS}/${GONE.id}?archived=true`)).body).toEqual(GONE);
    const byUser = `${OWNERS}/${GONE.userIdIncludingInactive}?idProperty=userId&archived=true`;
    expect((await hubspot.get(byUser)).body).toEqual(GONE);
    expect((await hubspot.get(`${OWNERS}/${ADA.id}?archived=true`)).status).toBe(404);
  });
});

describe('a call about owners', () => {
  it.each([OWNERS, `${OWNERS}/${ADA.id}`])('is a 403 without the scope for it: %s', async (path) => {
    const { status, body } = await new HubspotCaller(simulator, ['oauth', 'crm.objects.contacts.read']).get<Failure>(
      path,
    );
    expect(status).toBe(403);
    expect(body.category).toBe('MISSING_SCOPES');
    expect(body.errors?.[0]?.context.requiredGranularScopes).toEqual(['crm.objects.owners.read']);
  });

  it.each([OWNERS, `${OWNERS}/${ADA.id}`])('is a 401 without a token: %s', async (path) => {
    expect((await simulator.fetch(new Request(`http://hubspot.test${path}`))).status).toBe(401);
  });

  it.each(['?limit=0', '?limit=501', '?limit=ten', '?after=abc', `/${ADA.id}?idProperty=email`])(
    'is a 400 VALIDATION_ERROR: %s',
    async (query) => {
      const { status, body } = await hubspot.get<Failure>(`${OWNERS}${query}`);
      expect(status).toBe(400);
      expect(body.category).toBe('VALIDATION_ERROR');
    },
  );

  it.each(['999', 'ada'])('is a 404 about nobody: %s', async (id) => {
    expect((await hubspot.get(`${OWNERS}/${id}`)).status).toBe(404);
  });
});
