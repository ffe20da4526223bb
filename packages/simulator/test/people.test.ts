import { beforeEach, describe, expect, it } from 'vitest';
import type { Person, Reach } from '../src/people.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';
import { refusal, WRITE_SCOPES, type WrittenRecord } from './helpers/simulated-portal.ts';

const CONTACTS = '/crm/objects/2026-09/contacts';
const SIZE = { contacts: 0, deals: 0, companies: 0 };

interface Found {
  readonly results: readonly WrittenRecord[];
  readonly total?: number;
}

let simulator: Simulator;
let portal: Portal;
let person: Person;
/** The contacts by their owner: the person, a colleague of the same team, somebody of another team, nobody. */
let ids: Readonly<Record<'own' | 'colleague' | 'stranger' | 'unassigned', string>>;

beforeEach(() => {
  simulator = createSimulator({
    app: { isUserLevel: true },
    searchLagMs: 0,
    portals: [{ hubId: 101, domain: 'one.example', user: 'admin@one.example', size: SIZE }],
  });
  [portal] = simulator.portals as [Portal];
  const owners = portal.owners.filter(({ archived }) => !archived);
  const team = (name: string) => owners.filter(({ teams }) => teams?.some((one) => one.name === name));
  const [own, colleague] = team('Sales Team');
  const [stranger] = team('Customer Success');
  person = portal.people.find(({ email }) => email === own?.email) as Person; // Every active owner is a person.
  const contactOf = (ownerId = '') =>
    portal.create('contacts', { email: `of-${ownerId}@x.example`, ...(ownerId && { hubspot_owner_id: ownerId }) }).id;
  ids = {
    own: contactOf(own?.id),
    colleague: contactOf(colleague?.id),
    stranger: contactOf(stranger?.id),
    unassigned: contactOf(),
  };
});

const caller = (of: Person = person) => new HubspotCaller(simulator, WRITE_SCOPES, portal, of);
const namesOf = (records: readonly { id: string }[]) =>
  Object.entries(ids).flatMap(([name, id]) => (records.some((record) => record.id === id) ? [name] : []));

describe.each<[Reach, string[]]>([
  ['all', ['own', 'colleague', 'stranger', 'unassigned']],
  ['team', ['own', 'colleague']],
  ['own', ['own']],
  ['none', []],
])('a person who views %s', (view, visible) => {
  beforeEach(() => {
    person.rights.view = view;
  });

  it('finds these contacts on every way', async () => {
    const hubspot = caller();
    const list = await hubspot.get<Found>(CONTACTS);
    const batch = await hubspot.post<Found>(`${CONTACTS}/batch/read`, {
      inputs: Object.values(ids).map((id) => ({ id })),
      properties: [],
    });
    const search = await hubspot.post<Found>(`${CONTACTS}/search`, {});
    for (const { body } of [list, batch, search]) expect(namesOf(body.results)).toEqual(visible);
    expect(search.body.total).toBe(visible.length);
    for (const [name, id] of Object.entries(ids)) {
      const { status } = await hubspot.get(`${CONTACTS}/${id}`);
      expect([name, status]).toEqual([name, visible.includes(name) ? 200 : 404]);
    }
  });

  it('finds these contacts at the other end of an association, and from these alone', async () => {
    const deal = portal.create('deals', {
      hubspot_owner_id: portal.record('contacts', ids.own)?.properties.get('hubspot_owner_id') ?? '',
    }).id;
    for (const id of Object.values(ids)) portal.associate({ type: 'deals', id: deal }, { type: 'contacts', id });
    const to = await caller().get<{ results: { toObjectId: number }[] }>(
      `/crm/objects/2026-09/deals/${deal}/associations/contacts`,
    );
    expect(namesOf((to.body.results ?? []).map(({ toObjectId }) => ({ id: String(toObjectId) })))).toEqual(visible);
    const from = await caller().post<{ results: { from: { id: string } }[] }>(
      '/crm/associations/2026-09/contacts/deals/batch/read',
      { inputs: Object.values(ids).map((id) => ({ id })) },
    );
    expect(namesOf(from.body.results.map((result) => result.from))).toEqual(visible);
  });
});

describe('a person who edits their own records', () => {
  beforeEach(() => {
    Object.assign(person.rights, { view: 'team', edit: 'own' });
  });

  it('changes these, is refused the others that they view, and does not find the rest', async () => {
    const patch = (id: string) => caller().patch(`${CONTACTS}/${id}`, { properties: { firstname: 'A' } });
    expect((await patch(ids.own)).status).toBe(200);
    expect(await refusal(patch(ids.colleague))).toMatchObject({ status: 403, category: 'FORBIDDEN' });
    expect(await refusal(patch(ids.stranger))).toMatchObject({ status: 404 });
    expect(portal.record('contacts', ids.colleague)?.properties.get('firstname')).toBeUndefined();
  });

  it('archives these alone, in a batch all or none', async () => {
    const inputs = [{ id: ids.own }, { id: ids.colleague }];
    expect(await refusal(caller().post(`${CONTACTS}/batch/archive`, { inputs }))).toMatchObject({ status: 403 });
    expect(await refusal(caller().delete(`${CONTACTS}/${ids.colleague}`))).toMatchObject({ status: 403 });
    expect((await caller().delete(`${CONTACTS}/${ids.stranger}`)).status).toBe(204);
    expect((await caller().delete(`${CONTACTS}/${ids.own}`)).status).toBe(204);
    const archived = Object.values(ids).filter((id) => portal.record('contacts', id)?.archivedAt !== undefined);
    expect(archived).toEqual([ids.own]);
  });

  it('cannot merge or erase others', async () => {
    const merge = { primaryObjectId: ids.own, objectIdToMerge: ids.colleague };
    expect(await refusal(caller().post(`${CONTACTS}/merge`, merge))).toMatchObject({ status: 403 });
    const erase = { objectId: ids.colleague };
    expect(await refusal(caller().post(`${CONTACTS}/gdpr-delete`, erase))).toMatchObject({ status: 403 });
  });

  it('meets the unique values of records that they do not view', async () => {
    const email = portal.record('contacts', ids.stranger)?.properties.get('email');
    expect(await refusal(caller().post(CONTACTS, { properties: { email } }))).toMatchObject({ status: 409 });
  });
});

it('two people find different records with one search', async () => {
  const colleague = portal.people.find(({ userId }) => userId !== person.userId && userId !== portal.people[0]?.userId);
  Object.assign(person.rights, { view: 'own' });
  Object.assign((colleague ?? person).rights, { view: 'all' });
  const totals = [person, colleague, person].map(async (of) => {
    const { body } = await caller(of).post<Found>(`${CONTACTS}/search`, {});
    return body.total;
  });
  expect(await Promise.all(totals)).toEqual([1, 4, 1]);
});

it('the rights of a person do not bind an account-level app', async () => {
  const account = createSimulator({
    portals: [{ hubId: 1, domain: 'a.example', user: 'a', size: { ...SIZE, contacts: 3 } }],
  });
  for (const { rights } of account.portals[0]?.people ?? []) rights.view = 'none';
  const { body } = await new HubspotCaller(account, WRITE_SCOPES).get<Found>(CONTACTS);
  expect(body.results).toHaveLength(3);
});

describe('the consent page', () => {
  const page = (of: Simulator) => {
    const { app } = of;
    const query = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: 'http://localhost:1/callback',
      scope: app.requiredScopes.join(' '),
    });
    const url = `http://hubspot.test/oauth/authorize?${query}`;
    return {
      html: async () => (await of.fetch(new Request(url))).text(),
      decide: (fields: Record<string, string>) =>
        of.fetch(
          new Request('http://hubspot.test/oauth/authorize', {
            method: 'POST',
            body: new URLSearchParams({ ...Object.fromEntries(query), portal: '101', decision: 'approve', ...fields }),
          }),
        ),
    };
  };

  it('lets one choose the person in a user-level app alone', async () => {
    expect(await page(simulator).html()).toContain(`<option value="${person.email}">`);
    const account = createSimulator();
    expect(await page(account).html()).not.toContain('name="person"');
  });

  it('issues a code of the chosen person, or of the admin', async () => {
    for (const [chosen, email] of [
      [person.email, person.email],
      ['', 'admin@one.example'],
    ]) {
      const answer = await page(simulator).decide({ person: chosen ?? '' });
      const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
      expect(simulator.grants.takeCode(code)?.person.email).toBe(email);
    }
  });

  it('refuses a person of no such account', async () => {
    const answer = await page(simulator).decide({ person: 'nobody@one.example' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('This person is no user of the account.');
  });
});
