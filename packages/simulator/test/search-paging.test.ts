import { beforeAll, describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../src/limits/limits.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { CRM_READ, type Found, SearchedPortal } from './helpers/searched-portal.ts';

const CONTACTS = 25_000;

let simulator: Simulator;
let hubspot: HubspotCaller;

beforeAll(() => {
  const size = { contacts: CONTACTS, deals: 0, companies: 0 };
  simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size }], limits: NO_LIMITS });
  hubspot = new HubspotCaller(simulator, CRM_READ);
});

const search = (body: object) => hubspot.post<Found>('/crm/objects/2026-09/contacts/search', body);

describe('the pages of a search', () => {
  it('hold 10 records when nothing is said, and name the offset of the next', async () => {
    const { body } = await search({});
    expect(body.results).toHaveLength(10);
    expect(body.total).toBe(CONTACTS);
    expect(body.paging).toEqual({ next: { after: '10' } });
  });

  it('lead through the first 10,000 hits, each once, and then to a 400', async () => {
    const ids: string[] = [];
    let after: string | undefined;
    let answer = await search({ limit: 200 });
    while (answer.status === 200) {
      ids.push(...answer.body.results.map(({ id }) => id));
      after = answer.body.paging?.next.after;
      answer = await search({ limit: 200, after });
    }
    expect(after).toBe('10000');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' });
    const oldest = [...(simulator.portals[0]?.records('contacts') ?? [])].slice(0, 10_000);
    expect(ids).toEqual(oldest.map(({ id }) => id));
  });

  it('go beyond in windows of rising ids, as integrations do', async () => {
    const ids: string[] = [];
    let last = '0';
    let answer = await search({ limit: 200 });
    while (answer.body.results.length > 0) {
      const filters = [{ propertyName: 'hs_object_id', operator: 'GT', value: last }];
      const sorts = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }];
      for (let after = 0; after < 10_000; after += 200) {
        answer = await search({ filters, sorts, limit: 200, after });
        ids.push(...answer.body.results.map(({ id }) => id));
      }
      last = ids.at(-1) ?? last;
    }
    expect(new Set(ids).size).toBe(CONTACTS);
    expect(ids).toHaveLength(CONTACTS);
  });

  it.each([
    ['beyond the limit by one', { after: '9801', limit: 200 }, 400],
    ['just inside of it', { after: '9800', limit: 200 }, 200],
    ['with an offset that is a number', { after: 9_999, limit: 1 }, 200],
    ['far beyond', { after: 24_990 }, 400],
  ])('are answered or refused: %s', async (_case, body, status) => {
    expect((await search(body)).status).toBe(status);
  });
});

describe('the last page', () => {
  it.each([
    ['is full', 20, 10],
    ['is not full', 15, 5],
  ])('has no cursor when it %s', async (_case, count, onLastPage) => {
    const searched = new SearchedPortal();
    const ids = Array.from({ length: count }, () => searched.portal.create('contacts', {}).id);
    const { body } = await searched.search({ after: '10' });
    expect(body.results.map(({ id }) => id)).toEqual(ids.slice(10));
    expect(body.results).toHaveLength(onLastPage);
    expect(Object.keys(body)).toEqual(['total', 'results']);
  });

  it('is empty beyond the end', async () => {
    const searched = new SearchedPortal();
    searched.portal.create('contacts', {});
    expect((await searched.search({ after: 5 })).body).toEqual({ total: 1, results: [] });
  });

  it('shows what has changed since the first', async () => {
    const searched = new SearchedPortal();
    const ids = Array.from({ length: 12 }, () => searched.portal.create('contacts', {}).id);
    await searched.search({});
    ids.push(searched.portal.create('contacts', {}).id);
    const { body } = await searched.search({ after: '10' });
    expect(body.total).toBe(13);
    expect(body.results.map(({ id }) => id)).toEqual(ids.slice(10));
  });
});
