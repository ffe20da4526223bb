import { describe, expect, it } from 'vitest';
import type { ObjectTypeName } from '../src/crm/object-types.ts';
import { generateData } from '../src/data/generate.ts';
import { LEAD_STATUSES, LIFECYCLE_STAGES } from '../src/data/words.ts';
import { Portal } from '../src/portal.ts';
import { createSimulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';

const SIZE = { contacts: 2_000, deals: 500, companies: 200 };
const TYPES: readonly ObjectTypeName[] = ['contacts', 'deals', 'companies'];
const NOW = Date.UTC(2026, 10, 23, 9, 0, 0);
const TWO_YEARS_MS = 730 * 24 * 60 * 60 * 1000;
const ISO_DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

function generate(seed: number, now = NOW, size = SIZE): Portal {
  const portal = new Portal({ hubId: 101, domain: 'one.example', user: 'a' }, new ManualClock(now));
  generateData(portal, size, seed, now);
  return portal;
}

const properties = (portal: Portal, type: ObjectTypeName) =>
  [...portal.records(type)].map((record) => Object.fromEntries(record.properties));

/** Everything in a portal, associated records included. */
function contents(portal: Portal) {
  return TYPES.map((type) =>
    [...portal.records(type)].map(({ id, properties, createdAt, updatedAt }) => ({
      id,
      properties: [...properties],
      createdAt,
      updatedAt,
      associatedRecords: TYPES.map((to) => portal.associatedRecords(type, id, to)),
    })),
  );
}

describe('the generator', () => {
  it('gives the same portal for the same seed and time', () => {
    expect(contents(generate(1))).toEqual(contents(generate(1)));
  });

  it('gives another portal for another seed', () => {
    expect(properties(generate(2), 'contacts')).not.toEqual(properties(generate(1), 'contacts'));
  });

  it('moves every date with the time, and nothing else', () => {
    const dateless = (portal: Portal) =>
      JSON.parse(
        JSON.stringify(contents(portal), (_key, value) =>
          typeof value === 'string' && (ISO_DATETIME.test(value) || ISO_DATE.test(value)) ? 'date' : value,
        ),
      );
    const [today, tomorrow] = [generate(1), generate(1, NOW + 86_400_000)];
    expect(dateless(tomorrow)).toEqual(dateless(today));
    expect(contents(tomorrow)).not.toEqual(contents(today));
  });

  it('makes as many records as it is told', () => {
    const portal = generate(1);
    const count = (type: ObjectTypeName) => [...portal.records(type)].length;
    expect({ contacts: count('contacts'), deals: count('deals'), companies: count('companies') }).toEqual(SIZE);
  });

  it('can make contacts without companies, and nothing at all', () => {
    const alone = generate(1, NOW, { contacts: 3, deals: 2, companies: 0 });
    expect(properties(alone, 'contacts').map(({ email }) => email?.split('@')[1])).toEqual(
      Array<string>(3).fill('mail.example'),
    );
    expect(properties(generate(1, NOW, { contacts: 0, deals: 0, companies: 0 }), 'contacts')).toEqual([]);
  });

  it('fills the first portal of the simulator that way, and each portal from a seed of its own', () => {
    const clock = new ManualClock(NOW);
    const portals = [101, 102].map((hubId) => ({ hubId, domain: 'one.example', user: 'a', size: SIZE }));
    const [first, second] = createSimulator({ clock, seed: 7, portals }).portals.map(contents);
    expect(first).toEqual(contents(generate(7)));
    expect(second).toEqual(contents(generate(8)));
  });
});

describe('the generated data', () => {
  const portal = generate(1);
  const contacts = properties(portal, 'contacts');
  const deals = properties(portal, 'deals');
  const companies = properties(portal, 'companies');
  const stageOf = (pipeline: string | undefined, stage: string | undefined) =>
    portal.pipelines.deals.find(({ id }) => id === pipeline)?.stages.find(({ id }) => id === stage);

  it('has no e-mail address and no domain twice', () => {
    expect(new Set(contacts.map(({ email }) => email?.toLowerCase())).size).toBe(SIZE.contacts);
    expect(new Set(companies.map(({ domain }) => domain)).size).toBe(SIZE.companies);
  });

  it('has addresses that reach nobody', () => {
    for (const { email } of contacts) expect(email).toMatch(/^[a-z0-9.-]+@[a-z0-9-]+\.example$/);
    for (const { website, domain } of companies) expect(website).toBe(`https://${domain}`);
  });

  it('has contacts with a name, a stage and exactly one employer, whose name and domain they carry', () => {
    for (const record of portal.records('contacts')) {
      const [[companyId = '', types = []] = [], ...others] = portal.associatedRecords(
        'contacts',
        record.id,
        'companies',
      );
      const employer = portal.record('companies', companyId)?.properties;
      expect(others).toEqual([]);
      expect(types.map(({ label }) => label)).toEqual(['Primary', null]);
      expect(record.properties.get('company')).toBe(employer?.get('name'));
      expect(record.properties.get('email')?.split('@')[1]).toBe(employer?.get('domain'));
      expect(record.properties.get('firstname')).toMatch(/\p{Lu}/u);
      expect(record.properties.get('lastname')).toMatch(/\p{Lu}/u);
      expect(LIFECYCLE_STAGES).toContain(record.properties.get('lifecyclestage'));
    }
  });

  it('has deals with a stage, a pipeline, a customer and one to three people', () => {
    for (const { id, properties } of portal.records('deals')) {
      expect(stageOf(properties.get('pipeline'), properties.get('dealstage'))).toBeDefined();
      expect(properties.get('deal_currency_code')).toMatch(/^[A-Z]{3}$/);
      expect(portal.associatedRecords('deals', id, 'companies')).toHaveLength(1);
      const people = portal.associatedRecords('deals', id, 'contacts').length;
      expect(people >= 1 && people <= 3).toBe(true);
    }
  });

  it('has deals in every stage of two pipelines, most of them in the default one', () => {
    const [first, second, ...others] = portal.pipelines.deals;
    expect([first?.id, others]).toEqual(['default', []]);
    const stages = [...(first?.stages ?? []), ...(second?.stages ?? [])].map(({ id }) => id);
    expect(new Set(deals.map(({ dealstage }) => dealstage))).toEqual(new Set(stages));
    const renewals = deals.filter(({ pipeline }) => pipeline === second?.id);
    expect(renewals.length).toBeLessThan(SIZE.deals / 2);
    expect(new Set(renewals.map(({ dealtype }) => dealtype))).toEqual(new Set(['existingbusiness']));
  });

  it('has twelve owners and two who left, each with a number and an address of its own', () => {
    const { owners } = portal;
    expect(owners.map(({ archived }) => archived)).toEqual([...Array(12).fill(false), true, true]);
    for (const { id, userId, userIdIncludingInactive, archived } of owners) {
      expect(userId).toBe(archived ? null : userIdIncludingInactive);
      expect(id).not.toBe(String(userIdIncludingInactive));
    }
    for (const key of ['id', 'userIdIncludingInactive', 'email'] as const) {
      expect(new Set(owners.map((owner) => owner[key])).size).toBe(owners.length);
    }
    expect(owners.map(({ teams }) => teams?.length)).toEqual(expect.arrayContaining([1, 2, undefined]));
    for (const { teams = [{ primary: true }] } of owners) {
      expect(teams.map(({ primary }) => primary)).toEqual(teams.map((_, index) => index === 0));
    }
  });

  it('assigns most records to an owner, some to one who left', () => {
    const left = portal.owners.filter(({ archived }) => archived).map(({ id }) => id);
    const known: unknown[] = portal.owners.map(({ id }) => id);
    for (const records of [contacts, deals, companies]) {
      const assigned = records.flatMap(({ hubspot_owner_id }) => hubspot_owner_id ?? []);
      expect(assigned.filter((id) => !known.includes(id))).toEqual([]);
      expect(assigned.length).toBeGreaterThan(records.length / 2);
      expect(assigned.length).toBeLessThan(records.length);
      expect(assigned.filter((id) => left.includes(id)).length).toBeGreaterThan(0);
    }
  });

  it('has exact amounts as text, and some deals without one', () => {
    const amounts = deals.map(({ amount }) => amount);
    for (const amount of amounts) expect(amount ?? '0').toMatch(/^\d+(\.\d\d)?$/);
    expect(amounts.filter((amount) => amount === undefined).length).toBeGreaterThan(0);
    expect(amounts.filter((amount) => amount?.includes('.')).length).toBeGreaterThan(0);
  });

  it('leaves some optional values of contacts empty, others filled', () => {
    for (const name of ['mobilephone', 'hs_lead_status', 'notes_last_contacted']) {
      const filled = contacts.filter((contact) => contact[name] !== undefined).length;
      expect(filled).toBeGreaterThan(0);
      expect(filled).toBeLessThan(SIZE.contacts);
    }
    for (const { hs_lead_status = 'NEW' } of contacts) expect(LEAD_STATUSES).toContain(hs_lead_status);
  });

  it('holds defined properties only, and a real moment wherever a date belongs', () => {
    for (const type of TYPES) {
      const defined = new Map(portal.definitions(type).map((definition) => [definition.name, definition.type]));
      for (const record of properties(portal, type)) {
        expect(Object.keys(record).filter((name) => !defined.has(name))).toEqual([]);
        for (const [name, value] of Object.entries(record)) {
          if (defined.get(name) === 'datetime') expect(value).toMatch(ISO_DATETIME);
          if (defined.get(name) === 'date') expect(value).toMatch(ISO_DATE);
        }
      }
    }
  });

  it('holds options that their properties have, single or several', () => {
    for (const type of TYPES) {
      const choices = portal.definitions(type).filter(({ options }) => options.length > 0);
      for (const record of properties(portal, type)) {
        for (const { name, options } of choices) {
          const values = record[name]?.split(';') ?? [];
          expect(values.filter((value) => !options.some((option) => option.value === value))).toEqual([]);
        }
      }
    }
    expect(contacts.some(({ hs_buying_role }) => hs_buying_role?.includes(';'))).toBe(true);
  });

  it('was created within two years, older records first', () => {
    for (const type of TYPES) {
      const created = [...portal.records(type)].map(({ createdAt }) => Date.parse(createdAt));
      expect(created).toEqual(created.toSorted((a, b) => a - b));
      expect(created[0]).toBeGreaterThanOrEqual(NOW - TWO_YEARS_MS);
      expect(created.at(-1)).toBeLessThanOrEqual(NOW);
    }
  });

  it('contacts nobody before they were known, and closes no deal before it was opened', () => {
    const within = (moment: string, createdate = '') =>
      Date.parse(moment) >= Date.parse(createdate) && Date.parse(moment) <= NOW;
    for (const { notes_last_contacted, createdate } of contacts) {
      if (notes_last_contacted) expect(within(notes_last_contacted, createdate)).toBe(true);
    }
    for (const { pipeline, dealstage, closedate = '', createdate } of deals) {
      const closed = stageOf(pipeline, dealstage)?.metadata.isClosed === 'true';
      expect(closed ? within(closedate, createdate) : Date.parse(closedate) > NOW).toBe(true);
    }
  });
});
