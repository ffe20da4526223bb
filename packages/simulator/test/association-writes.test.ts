import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectTypeName } from '../src/crm/object-types.ts';
import type { Portal } from '../src/portal.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { HubspotCaller } from './helpers/hubspot-caller.ts';

interface ErrorAnswer {
  readonly message: string;
  readonly category?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

interface Batch {
  readonly results: readonly object[];
  readonly numErrors?: number;
  readonly errors?: readonly object[];
}

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const OBJECTS = ['contacts', 'deals', 'companies'];
const SCOPES = OBJECTS.flatMap((name) => [`crm.objects.${name}.read`, `crm.objects.${name}.write`]);
const UNLABELLED = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 };
const PRIMARY = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 };
const FAMILIES = [
  ['2026-09', '/crm/objects/2026-09', '/crm/associations/2026-09'],
  ['2026-03', '/crm/objects/2026-03', '/crm/associations/2026-03'],
  ['v4', '/crm/v4/objects', '/crm/v4/associations'],
] as const;
const RECORDS = '/crm/objects/2026-09';
const BATCH = '/crm/associations/2026-09/contacts/companies/batch';

let simulator: Simulator;
let portal: Portal;
let hubspot: HubspotCaller;
let contact: string;
let company: string;

beforeEach(() => {
  simulator = createSimulator({ portals: [{ hubId: 101, domain: 'one.example', user: 'a', size: SIZE }] });
  [portal] = simulator.portals as [Portal]; // One was asked for.
  hubspot = new HubspotCaller(simulator, SCOPES);
  contact = portal.create('contacts', {}).id;
  company = portal.create('companies', {}).id;
});

/** What each associated record is to a record: `label`, or the type id of the plain connection. */
function typesOf(from: ObjectTypeName, id: string, to: ObjectTypeName): Record<string, (string | number)[]> {
  const all = portal.associatedRecords(from, id, to);
  return Object.fromEntries(all.map(([other, types]) => [other, types.map(({ label, typeId }) => label ?? typeId)]));
}

describe.each(FAMILIES)('with %s', (version, records, associations) => {
  const batch = `${associations}/contacts/companies/batch`;

  it('connects two records plainly, and answers with both directions', async () => {
    const path = `${records}/contacts/${contact}/associations/default/companies/${company}`;
    const { status, body } = await hubspot.put<Batch>(path);
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'COMPLETE',
      results: [
        { from: { id: contact }, to: { id: company }, associationSpec: UNLABELLED },
        { from: { id: company }, to: { id: contact }, associationSpec: { ...UNLABELLED, associationTypeId: 280 } },
      ],
      startedAt: expect.any(String),
      completedAt: expect.any(String),
    });
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: [279] });
    expect(typesOf('companies', company, 'contacts')).toEqual({ [contact]: [280] });
  });

  it('sets labels, and answers with them', async () => {
    const path = `${records}/contacts/${contact}/associations/companies/${company}`;
    const { status, body } = await hubspot.put(path, [PRIMARY]);
    expect(status).toBe(201);
    expect(body).toEqual({
      fromObjectTypeId: '0-1',
      fromObjectId: Number(contact),
      toObjectTypeId: '0-2',
      toObjectId: Number(company),
      labels: ['Primary'],
    });
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: ['Primary', 279] });
    expect(typesOf('companies', company, 'contacts')).toEqual({ [contact]: ['Primary', 280] });
  });

  it('parts two records in both directions', async () => {
    portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company }, { primary: true });
    const path = `${records}/contacts/${contact}/associations/companies/${company}`;
    expect(await hubspot.delete(path)).toMatchObject({ status: 204, body: undefined });
    expect(typesOf('contacts', contact, 'companies')).toEqual({});
    expect(typesOf('companies', company, 'contacts')).toEqual({});
    expect((await hubspot.delete(path)).status).toBe(204);
  });

  it('connects many pairs, plainly and with labels', async () => {
    const other = portal.create('contacts', {}).id;
    const plain = { inputs: [{ from: { id: contact }, to: { id: company } }] };
    const plainAnswer = await hubspot.post<Batch>(`${batch}/associate/default`, plain);
    expect([plainAnswer.status, plainAnswer.body.results.length]).toEqual([200, 2]);
    const labelled = { inputs: [{ from: { id: Number(other) }, to: { id: company }, types: [PRIMARY] }] };
    const labelledAnswer = await hubspot.post<Batch>(`${batch}/create`, labelled);
    expect(labelledAnswer.status).toBe(201);
    expect(labelledAnswer.body.results).toMatchObject([{ fromObjectId: Number(other), labels: ['Primary'] }]);
    expect(typesOf('companies', company, 'contacts')).toEqual({ [contact]: [280], [other]: ['Primary', 280] });
  });

  it('parts many pairs and takes labels away, with the status of its version', async () => {
    const emptied = version === 'v4' ? 204 : 200;
    const other = portal.create('companies', {}).id;
    for (const id of [company, other]) {
      portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id }, { label: 'Partner' });
    }
    const [label] = portal.associations.types.between('contacts', 'companies').slice(-1);
    const types = [{ associationCategory: 'USER_DEFINED', associationTypeId: label?.typeId }];
    const unlabel = { inputs: [{ from: { id: contact }, to: { id: company }, types }] };
    expect((await hubspot.post(`${batch}/labels/archive`, unlabel)).status).toBe(emptied);
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: [279], [other]: [279, 'Partner'] });
    const part = { inputs: [{ from: { id: contact }, to: [{ id: company }, { id: other }] }] };
    expect((await hubspot.post(`${batch}/archive`, part)).status).toBe(emptied);
    expect(typesOf('contacts', contact, 'companies')).toEqual({});
  });
});

describe('labels of a connection', () => {
  const path = () => `${RECORDS}/contacts/${contact}/associations/companies/${company}`;

  it('are replaced by those that are set', async () => {
    portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company }, { label: 'Partner' });
    await hubspot.put(path(), [PRIMARY]);
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: ['Primary', 279] });
  });

  it('are replaced by a batch, too', async () => {
    portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company }, { label: 'Partner' });
    await hubspot.post(`${BATCH}/create`, {
      inputs: [{ from: { id: contact }, to: { id: company }, types: [UNLABELLED] }],
    });
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: [279] });
  });

  it('stay when the records are connected plainly once more', async () => {
    portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company }, { primary: true });
    await hubspot.put(`${RECORDS}/contacts/${contact}/associations/default/companies/${company}`);
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: ['Primary', 279] });
  });

  it('go with the plain type when that is taken away', async () => {
    portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company }, { primary: true });
    await hubspot.post(`${BATCH}/labels/archive`, {
      inputs: [{ from: { id: contact }, to: { id: company }, types: [UNLABELLED] }],
    });
    expect(typesOf('companies', company, 'contacts')).toEqual({});
  });

  it('leave a record one primary company, from whichever end it was named', async () => {
    const other = portal.create('companies', {}).id;
    await hubspot.put(path(), [PRIMARY]);
    await hubspot.put(`${RECORDS}/companies/${other}/associations/contacts/${contact}`, [
      { ...PRIMARY, associationTypeId: 2 },
    ]);
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: [279], [other]: ['Primary', 279] });
    expect(typesOf('companies', company, 'contacts')).toEqual({ [contact]: [280] });
  });

  it('let a company be the primary one of many', async () => {
    const colleague = portal.create('contacts', {}).id;
    await hubspot.put(path(), [PRIMARY]);
    await hubspot.put(`${RECORDS}/contacts/${colleague}/associations/companies/${company}`, [PRIMARY]);
    expect(typesOf('companies', company, 'contacts')).toEqual({
      [contact]: ['Primary', 280],
      [colleague]: ['Primary', 280],
    });
  });

  it('tell parents from children where two records are of one type', async () => {
    const child = portal.create('companies', {}).id;
    await hubspot.put(`${RECORDS}/companies/${company}/associations/companies/${child}`, [
      { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 13 },
    ]);
    expect(typesOf('companies', company, 'companies')).toEqual({ [child]: [450, 'Child Company'] });
    expect(typesOf('companies', child, 'companies')).toEqual({ [company]: [450, 'Parent Company'] });
  });
});

describe('a connection is refused', () => {
  const put = (body: unknown, id = contact) =>
    hubspot.put<ErrorAnswer>(`${RECORDS}/contacts/${id}/associations/companies/${company}`, body);

  it('for a type that the portal does not have', async () => {
    const { status, body } = await put([{ associationCategory: 'USER_DEFINED', associationTypeId: 3 }]);
    expect(status).toBe(400);
    expect(body).toEqual({
      status: 'error',
      message: 'One or more associations are invalid',
      correlationId: expect.any(String),
      context: {
        associationSpec: ['USER_DEFINED=3'],
        INVALID_ASSOCIATION_TYPE_ID: ['USER_DEFINED=3 is not a valid association definition id'],
      },
      category: 'VALIDATION_ERROR',
    });
  });

  it('for a type of the other direction, or of other ends', async () => {
    const reversed = await put([{ ...PRIMARY, associationTypeId: 2 }]);
    expect([reversed.status, reversed.body.message]).toEqual([
      400,
      'invalid from object type 0-1 for associations to be created. expected: 0-2',
    ]);
    const elsewhere = await put([{ ...PRIMARY, associationTypeId: 4 }]);
    expect([elsewhere.status, elsewhere.body.message]).toEqual([
      400,
      'invalid to object type 0-2 for associations to be created. expected: 0-3',
    ]);
  });

  it('for a record that is not there, or in the recycle bin', async () => {
    const { status, body } = await put([PRIMARY], '999');
    expect([status, body.category]).toEqual([400, 'VALIDATION_ERROR']);
    expect(body.context).toEqual({
      INVALID_OBJECT_IDS: ['CONTACT=999 is not valid'],
      objectId: ['999'],
      objectType: ['CONTACT'],
    });
    portal.archive('companies', company);
    const archived = await hubspot.put<ErrorAnswer>(
      `${RECORDS}/contacts/${contact}/associations/default/companies/${company}`,
    );
    expect([archived.status, archived.body.context?.objectType]).toEqual([400, ['COMPANY']]);
  });

  it('for that pair alone in a batch', async () => {
    const inputs = [contact, '999'].map((id) => ({ from: { id }, to: { id: company }, types: [PRIMARY] }));
    const { status, body } = await hubspot.post<Batch>(`${BATCH}/create`, { inputs });
    expect(status).toBe(207);
    expect(body.results).toMatchObject([{ fromObjectId: Number(contact) }]);
    expect(body).toMatchObject({
      numErrors: 1,
      errors: [{ status: 'error', category: 'VALIDATION_ERROR', context: { objectId: ['999'] } }],
    });
    const plain = await hubspot.post<Batch>(`${BATCH}/associate/default`, { inputs });
    expect([plain.status, plain.body.results.length, plain.body.numErrors]).toEqual([207, 2, 1]);
  });

  it('without anything taken away when a label is unknown', async () => {
    portal.associate({ type: 'contacts', id: contact }, { type: 'companies', id: company }, { primary: true });
    const both = [PRIMARY, { associationCategory: 'USER_DEFINED', associationTypeId: 999 }];
    const { status } = await hubspot.post(`${BATCH}/labels/archive`, {
      inputs: both.map((type) => ({ from: { id: contact }, to: { id: company }, types: [type] })),
    });
    expect(status).toBe(400);
    expect(typesOf('contacts', contact, 'companies')).toEqual({ [company]: ['Primary', 279] });
  });

  it('in batches of more than 2,000', async () => {
    const inputs = Array.from({ length: 2_001 }, () => ({ from: { id: contact }, to: { id: company }, types: [] }));
    expect((await hubspot.post(`${BATCH}/create`, { inputs })).status).toBe(400);
    expect((await hubspot.post(`${BATCH}/create`, { inputs: inputs.slice(1) })).status).toBe(201);
  });

  it.each(['archive', 'labels/archive'])('in batches of more than 100: %s', async (action) => {
    const ends = action === 'archive' ? { to: [{ id: company }] } : { to: { id: company }, types: [] };
    const inputs = Array.from({ length: 101 }, () => ({ from: { id: contact }, ...ends }));
    expect((await hubspot.post(`${BATCH}/${action}`, { inputs })).status).toBe(400);
    expect((await hubspot.post(`${BATCH}/${action}`, { inputs: inputs.slice(1) })).status).toBe(200);
  });

  it('without the right to write both ends', async () => {
    const reader = new HubspotCaller(simulator, [
      'crm.objects.contacts.write',
      'crm.objects.contacts.read',
      'crm.objects.companies.read',
    ]);
    const path = `${RECORDS}/contacts/${contact}/associations`;
    const calls = [
      reader.put(`${path}/default/companies/${company}`),
      reader.put(`${path}/companies/${company}`, [PRIMARY]),
      reader.delete(`${path}/companies/${company}`),
      ...['associate/default', 'create', 'archive', 'labels/archive'].map((name) =>
        reader.post(`${BATCH}/${name}`, { inputs: [] }),
      ),
    ];
    for (const { status, body } of await Promise.all(calls)) {
      expect(status).toBe(403);
      expect(JSON.stringify(body)).toContain('crm.objects.companies.write');
    }
    expect(typesOf('contacts', contact, 'companies')).toEqual({});
  });

  it('when the body is not what it should be', async () => {
    expect((await put('{')).status).toBe(400);
    expect((await put({ associationTypeId: 1 })).status).toBe(400);
    const { status, body } = await hubspot.post<ErrorAnswer>(`${BATCH}/create`, {});
    expect([status, body.message]).toEqual([
      400,
      'Invalid input JSON on line 1, column 2. Some required fields were not set: [inputs]',
    ]);
  });
});
