import { beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/portal.ts';
import { createSimulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface Association {
  readonly toObjectId: number;
  readonly associationTypes: readonly object[];
}

interface Paging {
  readonly paging?: { readonly next: { readonly after: string } };
}

interface AssociationPage extends Paging {
  readonly results: readonly Association[];
}

interface Batch {
  readonly status: string;
  readonly results: readonly ({
    readonly from: { readonly id: string };
    readonly to: readonly Association[];
  } & Paging)[];
  readonly numErrors?: number;
  readonly errors?: readonly object[];
}

interface WithInline {
  readonly associations?: Readonly<
    Record<string, Paging & { readonly results: readonly { id: string; type: string }[] }>
  >;
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const SCOPES = ['crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.companies.read'];
const BATCH = '/crm/associations/2026-09/contacts/companies/batch/read';

let portal: Portal;
let hubspot: HubspotCaller;

beforeEach(() => {
  const simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, SCOPES);
});

/** A company with `count` contacts; the ids of all. */
function createStaff(count: number, options: { primary?: boolean } = {}): { company: string; contacts: string[] } {
  const company = portal.create('companies', {}).id;
  const contacts = Array.from({ length: count }, () => portal.create('contacts', {}).id);
  // Connected from the last to the first: the order of answers is that of ids all the same.
  for (const id of contacts.toReversed()) {
    portal.associate({ type: 'contacts', id }, { type: 'companies', id: company }, options);
  }
  return { company, contacts };
}

const idsOf = (associatedRecords: readonly Association[] = []) =>
  associatedRecords.map(({ toObjectId }) => String(toObjectId));

describe('association types', () => {
  const typesBetween = async (path: string) =>
    (await hubspot.get<AssociationPage>(path)).body.results[0]?.associationTypes;

  it('are the primary one and the unlabelled one of an employer, each direction with its own numbers', async () => {
    const { company, contacts } = createStaff(1, { primary: true });
    expect(await typesBetween(`/crm/objects/2026-09/contacts/${contacts[0]}/associations/companies`)).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
    ]);
    expect(await typesBetween(`/crm/objects/2026-09/companies/${company}/associations/contacts`)).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 2, label: 'Primary' },
      { category: 'HUBSPOT_DEFINED', typeId: 280, label: null },
    ]);
  });

  it('hold custom labels beside the unlabelled one', async () => {
    const [deal, contact] = [portal.create('deals', {}).id, portal.create('contacts', {}).id];
    portal.associate({ type: 'deals', id: deal }, { type: 'contacts', id: contact }, { label: 'Decision maker' });
    expect(await typesBetween(`/crm/objects/2026-09/deals/${deal}/associations/contacts`)).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 3, label: null },
      { category: 'USER_DEFINED', typeId: 28, label: 'Decision maker' },
    ]);
  });

  it('are the unlabelled one alone of a plain connection', async () => {
    const { contacts } = createStaff(1);
    expect(await typesBetween(`/crm/objects/2026-09/contacts/${contacts[0]}/associations/companies`)).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
    ]);
  });
});

describe('associated records of one record', () => {
  it.each(['/crm/objects/2026-09', '/crm/objects/2026-03', '/crm/v4/objects'])('are listed below %s', async (base) => {
    const { company, contacts } = createStaff(2);
    const { status, body } = await hubspot.get<AssociationPage>(`${base}/companies/${company}/associations/contacts`);
    expect(status).toBe(200);
    expect(body.results.map(({ toObjectId }) => toObjectId)).toEqual(contacts.map(Number));
  });

  it('come in pages of up to 500', async () => {
    const { company, contacts } = createStaff(501);
    const path = `/crm/objects/2026-09/companies/${company}/associations/contacts`;
    const first = (await hubspot.get<AssociationPage>(path)).body;
    expect(idsOf(first.results)).toEqual(contacts.slice(0, 500));
    const rest = (await hubspot.get<AssociationPage>(`${path}?after=${first.paging?.next.after}`)).body;
    expect(idsOf(rest.results)).toEqual(contacts.slice(500));
    expect(rest.paging).toBeUndefined();
  });

  it('come in smaller pages where asked', async () => {
    const { company, contacts } = createStaff(5);
    const path = `/crm/objects/2026-09/companies/${company}/associations/contacts?limit=2`;
    const first = (await hubspot.get<AssociationPage>(path)).body;
    const second = (await hubspot.get<AssociationPage>(`${path}&after=${first.paging?.next.after}`)).body;
    expect([idsOf(first.results), idsOf(second.results)]).toEqual([contacts.slice(0, 2), contacts.slice(2, 4)]);
  });

  it('leave out archived records', async () => {
    const { company, contacts } = createStaff(2);
    portal.archive('contacts', contacts[0] ?? '');
    const { body } = await hubspot.get<AssociationPage>(
      `/crm/objects/2026-09/companies/${company}/associations/contacts`,
    );
    expect(idsOf(body.results)).toEqual([contacts[1]]);
  });
});

describe('associated records of many records', () => {
  it.each(['/crm/associations/2026-09', '/crm/associations/2026-03', '/crm/v4/associations'])(
    'are read below %s',
    async (base) => {
      const { company, contacts } = createStaff(2);
      const inputs = contacts.map((id) => ({ id }));
      const { status, body } = await hubspot.post<Batch>(`${base}/contacts/companies/batch/read`, { inputs });
      expect(status).toBe(200);
      expect(body).toEqual({
        status: 'COMPLETE',
        results: contacts.map((id) => ({
          from: { id },
          to: [{ toObjectId: Number(company), associationTypes: expect.any(Array) }],
        })),
        startedAt: expect.any(String),
        completedAt: expect.any(String),
      });
    },
  );

  it('come in a page for each record, with a cursor of its own', async () => {
    const [large, small] = [createStaff(501), createStaff(1)];
    const path = '/crm/associations/2026-09/companies/contacts/batch/read';
    const first = (await hubspot.post<Batch>(path, { inputs: [{ id: large.company }, { id: small.company }] })).body;
    expect(first.results.map(({ to }) => to.length)).toEqual([500, 1]);
    expect(first.results[1]?.paging).toBeUndefined();
    const after = first.results[0]?.paging?.next.after;
    const rest = (await hubspot.post<Batch>(path, { inputs: [{ id: large.company, after }] })).body;
    expect(idsOf(rest.results[0]?.to)).toEqual(large.contacts.slice(500));
    expect(rest.results[0]?.paging).toBeUndefined();
  });

  it('are a 207 when some record has none', async () => {
    const { contacts } = createStaff(1);
    const alone = portal.create('contacts', {}).id;
    const { status, body } = await hubspot.post<Batch>(BATCH, { inputs: [{ id: alone }, { id: contacts[0] }] });
    expect(status).toBe(207);
    expect(body.results.map(({ from }) => from.id)).toEqual([contacts[0]]);
    expect(body).toMatchObject({
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
          message: `No company is associated with contact ${alone}.`,
          context: { fromObjectId: [alone], fromObjectType: ['contact'], toObjectType: ['company'] },
        },
      ],
    });
  });

  it('are known by ids in numbers, too', async () => {
    const { contacts } = createStaff(1);
    const { body } = await hubspot.post<Batch>(BATCH, { inputs: [{ id: Number(contacts[0]) }] });
    expect(body.results[0]?.from).toEqual({ id: contacts[0] });
  });
});

describe('associated records inside a record', () => {
  const read = async (path: string) => (await hubspot.get<WithInline>(path)).body.associations;

  it('stand once per association type, under the plural name, however the type was spelt', async () => {
    const { company, contacts } = createStaff(1, { primary: true });
    const expected = {
      companies: {
        results: [
          { id: company, type: 'contact_to_company' },
          { id: company, type: 'contact_to_company_unlabeled' },
        ],
      },
    };
    const path = `/crm/objects/2026-09/contacts/${contacts[0]}`;
    expect(await read(`${path}?associations=companies`)).toEqual(expected);
    expect(await read(`${path}?associations=0-2`)).toEqual(expected);
  });

  it('are absent where there are none', async () => {
    const { id } = portal.create('contacts', {});
    expect(await read(`/crm/objects/2026-09/contacts/${id}?associations=companies,deals`)).toBeUndefined();
  });

  it('are the first 100; the cursor leads on in the association list', async () => {
    const { company, contacts } = createStaff(101);
    const inline = (await read(`/crm/objects/2026-09/companies/${company}?associations=contacts`))?.contacts;
    expect(inline?.results.map(({ id }) => id)).toEqual(contacts.slice(0, 100));
    const path = `/crm/objects/2026-09/companies/${company}/associations/contacts`;
    const rest = await hubspot.get<AssociationPage>(`${path}?after=${inline?.paging?.next.after}`);
    expect(idsOf(rest.body.results)).toEqual(contacts.slice(100));
  });

  it('come without a cursor when there are exactly 100', async () => {
    const { company } = createStaff(100);
    const inline = (await read(`/crm/objects/2026-09/companies/${company}?associations=contacts`))?.contacts;
    expect(inline?.results).toHaveLength(100);
    expect(inline).not.toHaveProperty('paging');
  });
});
