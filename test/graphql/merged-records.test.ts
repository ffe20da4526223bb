import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mergeRecords } from '../../src/simulator/crm/record-merge.ts';
import type { Portal } from '../../src/simulator/portal.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const SIZE = { contacts: 0, deals: 0, companies: 0 };
const SCOPES = ['contacts', 'deals', 'companies'].flatMap((type) => [
  `crm.objects.${type}.read`,
  `crm.objects.${type}.write`,
]);
/** People whose records were merged so far: no two share an address. */
let people = 0;

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  ({ stack, portal } = await start());
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

async function start(env: Readonly<Record<string, string>> = {}) {
  const started = await Stack.start({ env, simulator: { portals: [{ ...SMALL_PORTAL, size: SIZE }] } });
  await started.connect({ optionalScopes: SCOPES }, undefined, { granted: SCOPES });
  const [only] = started.simulator.portals;
  if (!only) throw new TypeError('one portal was asked for');
  return { stack: started, portal: only };
}

/** Two contacts of one person that became one, and the addresses of both. */
function merged(into = portal) {
  people += 1;
  const [email, other] = [`p${people}@one.example`, `p${people}@two.example`];
  const [primary, second] = [email, other].map((address) => into.create('contacts', { email: address }).id);
  if (!primary || !second) throw new TypeError('two were created');
  const { id } = mergeRecords(into, 'contacts', primary, second);
  return { id, old: [primary, second] as const, email, other };
}

function globalId(typename: string, id: string): string {
  return `${typename}:${portal.hubId}:${id}`;
}

function asked(): string[] {
  return stack.simulator.log.crm().map(({ status, method, path, body }) => {
    const inputs: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'inputs') : undefined;
    const ids = Array.isArray(inputs) ? inputs.map(({ id }: { id: string }) => id).join() : '';
    return `${status} ${method} ${path.replace('/crm/', '').replace('/2026-09', '')} ${ids}`.trim();
  });
}

const ONE = 'query ($id: ID!) { contact(id: $id) { id hubspotId email } }';
const READ = '200 POST objects/contacts/batch/read';

describe('a record that was merged into another', () => {
  it.each([
    ['contacts', 'contact', 'Contact'],
    ['deals', 'deal', 'Deal'],
    ['companies', 'company', 'Company'],
  ] as const)('is found by both of its old ids: %s', async (type, field, typename) => {
    const [first = '', second = ''] = [0, 1].map(() => portal.create(type, {}).id);
    const { id } = mergeRecords(portal, type, first, second);
    for (const old of [first, second]) {
      stack.simulator.log.clear();
      const expected = { id: globalId(typename, id), hubspotId: id };
      const query = `query ($id: ID!) { found: ${field}(id: $id) { id hubspotId } }`;
      expect(await stack.query(query, { id: old })).toEqual({ data: { found: expected } });
      expect(await stack.query(query, { id: globalId(typename, old) })).toEqual({ data: { found: expected } });
      const node = `query ($id: ID!) { node(id: $id) { id ... on ${typename} { hubspotId } } }`;
      expect(await stack.query(node, { id: globalId(typename, old) })).toEqual({ data: { node: expected } });
      expect(asked()).toHaveLength(3);
    }
  });

  it('is found with its neighbours', async () => {
    const { id, old } = merged();
    const deal = portal.create('deals', { dealname: 'Oak' }).id;
    portal.associate({ type: 'contacts', id }, { type: 'deals', id: deal });
    const query = 'query ($id: ID!) { contact(id: $id) { hubspotId deals { nodes { name } } } }';
    expect(await stack.query(query, { id: old[0] })).toEqual({
      data: { contact: { hubspotId: id, deals: { nodes: [{ name: 'Oak' }] } } },
    });
    expect(asked()).toEqual([`200 GET objects/contacts/${old[0]}`, `200 POST objects/deals/batch/read ${deal}`]);
  });

  it('is found where its old ids and its own are asked for together', async () => {
    const { id, old, email } = merged();
    const query = `query ($a: ID!, $b: ID!, $c: ID!) {
      a: contact(id: $a) { hubspotId email } b: contact(id: $b) { hubspotId email } c: contact(id: $c) { hubspotId email }
    }`;
    const { data, errors } = await stack.query(query, { a: old[0], b: id, c: old[1] });
    expect(errors).toBeUndefined();
    const expected = { hubspotId: id, email };
    expect(data).toEqual({ a: expected, b: expected, c: expected });
    // HubSpot answers one record for all three; which of them it stands for, the former ids that it has tell.
    expect(asked()).toEqual([`${READ} ${old[0]},${id},${old[1]}`, `${READ} ${old.join()}`]);
  });

  it('is found among many others, merged ones and absent ones', async () => {
    const pairs = Array.from({ length: 12 }, () => merged());
    const plain = portal.create('contacts', { email: 'plain@one.example' }).id;
    const ids = [...pairs.map(({ old }) => old[1]), plain, '999999'];
    const fields = ids.map((id, index) => `r${index}: contact(id: "${id}") { hubspotId }`);
    const { data, errors } = await stack.query(`{ ${fields.join(' ')} }`);
    expect(errors).toBeUndefined();
    const expected = [...pairs.map(({ id }) => id), plain];
    expect(data).toEqual(
      Object.fromEntries(ids.map((_, index) => [`r${index}`, expected[index] ? { hubspotId: expected[index] } : null])),
    );
    expect(asked()).toEqual([
      `207 POST objects/contacts/batch/read ${ids.join()}`,
      `${READ} ${ids.slice(0, 12).join()}`,
    ]);
  });

  it('costs no operation a call for what another one asked', async () => {
    const pairs = [merged(), merged()];
    const plain = portal.create('contacts', { email: 'alone@one.example' }).id;
    const answers = await Promise.all([...pairs.map(({ old }) => old[0]), plain].map((id) => stack.query(ONE, { id })));
    expect(answers.map(({ data }) => data)).toMatchObject(
      [...pairs.map(({ id }) => id), plain].map((hubspotId) => ({ contact: { hubspotId } })),
    );
  });

  it('keeps the id of the primary record where the account has it so', async () => {
    const [first = '', second = ''] = [0, 1].map(() => portal.create('contacts', {}).id);
    mergeRecords(portal, 'contacts', first, second, true);
    const query = '{ a: contact(id: "A") { hubspotId } b: contact(id: "B") { hubspotId } }';
    const { data } = await stack.query(query.replace('A', first).replace('B', second));
    expect(data).toEqual({ a: { hubspotId: first }, b: { hubspotId: first } });
    expect(asked()).toEqual([`${READ} ${first},${second}`, `200 GET objects/contacts/${second}`]);
  });

  it('is null where the record that it became is in the recycle bin, or gone', async () => {
    const [one, two] = [merged(), merged()];
    portal.archive('contacts', one.id);
    portal.erase('contacts', two.id);
    for (const { old } of [one, two]) {
      stack.simulator.log.clear();
      expect(await stack.query(ONE, { id: old[0] })).toEqual({ data: { contact: null } });
      expect(asked()).toHaveLength(1);
    }
  });

  it('is written under its old id, and shown under its own', async () => {
    const { id, old, email } = merged();
    const mutation = `mutation ($id: ID!) {
      updateContact(input: { id: $id, firstName: "Ada" }) { contact { id firstName email } userErrors { code } }
    }`;
    expect(await stack.query(mutation, { id: old[0] })).toEqual({
      data: { updateContact: { contact: { id: globalId('Contact', id), firstName: 'Ada', email }, userErrors: [] } },
    });
    expect(asked()).toEqual([`200 PATCH objects/contacts/${old[0]}`, `${READ} ${id}`]);
  });

  it('is one neighbour where an association still names its old id, too', async () => {
    const { id, old } = merged();
    const other = merged();
    const deal = portal.create('deals', { dealname: 'Oak' }).id;
    const ends = [id, old[0], other.old[1]];
    for (const end of ends) portal.associate({ type: 'deals', id: deal }, { type: 'contacts', id: end });
    const query = 'query ($id: ID!) { deal(id: $id) { contacts { nodes { hubspotId email } } } }';
    const { data, errors } = await stack.query(query, { id: deal });
    expect(errors).toBeUndefined();
    const nodes = [
      { hubspotId: other.id, email: other.email },
      { hubspotId: id, email: expect.any(String) },
    ];
    expect((data as unknown as { deal: { contacts: { nodes: object[] } } }).deal.contacts.nodes).toHaveLength(2);
    expect(data).toMatchObject({ deal: { contacts: { nodes: expect.arrayContaining(nodes) } } });
  });

  it('is null or found as HubSpot has it when HubSpot leaves it out without a word', async () => {
    const { id, old } = merged();
    const plain = portal.create('contacts', { email: 'there@one.example' });
    const record = {
      id: plain.id,
      properties: { email: 'there@one.example' },
      ...{ createdAt: plain.createdAt, updatedAt: plain.updatedAt, archived: false },
    };
    const silence = stack.simulator.faults.add({
      match: 'contacts/batch/read$',
      fault: { kind: 'answer', status: 200, body: JSON.stringify({ status: 'COMPLETE', results: [record] }) },
    });
    const query =
      'query ($a: ID!, $b: ID!) { a: contact(id: $a) { hubspotId email } b: contact(id: $b) { hubspotId email } }';
    const [found, absent] = [
      await stack.query(query, { a: plain.id, b: old[0] }),
      await stack.query(query, { a: plain.id, b: '999999' }),
    ];
    silence.remove();
    const there = { hubspotId: plain.id, email: 'there@one.example' };
    expect(found).toMatchObject({ data: { a: there, b: { hubspotId: id } } });
    expect(absent).toEqual({ data: { a: there, b: null } });
    expect(asked()).toHaveLength(4);
  });

  it('is bounded beforehand: no operation takes more calls than it was told', async () => {
    const [one, two] = [merged(), merged()];
    const document = `{ a: contact(id: "${one.old[0]}") { email } b: contact(id: "${two.old[0]}") { phone } }`;
    const access = 'query ($document: String!) { installation { access(document: $document) { maxHubspotCalls } } }';
    const { data } = await stack.query(access, { document });
    await stack.query(document);
    const { maxHubspotCalls } = (data as unknown as { installation: { access: { maxHubspotCalls: number } } })
      .installation.access;
    expect(asked().length).toBeLessThanOrEqual(maxHubspotCalls);
  });
});

describe('a contact with several addresses', () => {
  const byEmail = (email: string, fields = 'hubspotId email') =>
    stack.query(`query ($email: String!) { contactByEmail(email: $email) { ${fields} } }`, { email });

  it('is found by each of them, in any case, with the first one as its address', async () => {
    const { id, email, other } = merged();
    for (const address of [email, other, ` ${other.toUpperCase()}`]) {
      expect(await byEmail(address)).toEqual({ data: { contactByEmail: { hubspotId: id, email } } });
    }
    expect(asked()).toHaveLength(3);
  });

  it('is found with its neighbours', async () => {
    const { id, other } = merged();
    expect(await byEmail(other, 'hubspotId deals { nodes { id } }')).toEqual({
      data: { contactByEmail: { hubspotId: id, deals: { nodes: [] } } },
    });
  });

  it('is found by all of them at once', async () => {
    const [one, two] = [merged(), merged()];
    const addresses = [one.email, one.other, two.other, 'nobody@one.example'];
    const fields = addresses.map((address, index) => `r${index}: contactByEmail(email: "${address}") { hubspotId }`);
    expect(await stack.query(`{ ${fields.join(' ')} }`)).toEqual({
      data: { r0: { hubspotId: one.id }, r1: { hubspotId: one.id }, r2: { hubspotId: two.id }, r3: null },
    });
    expect(asked()).toEqual([
      `207 POST objects/contacts/batch/read ${addresses.join()}`,
      `${READ} ${one.other},${two.other}`,
    ]);
  });

  it('is in the way of a new one, and is what an upsert writes', async () => {
    const { id, email, other } = merged();
    const create = `mutation ($email: String!) {
      createContact(input: { email: $email }) { contact { id } userErrors { code ... on ConflictError { existingId } } }
    }`;
    expect(await stack.query(create, { email: other })).toEqual({
      data: {
        createContact: { contact: null, userErrors: [{ code: 'CONFLICT', existingId: globalId('Contact', id) }] },
      },
    });
    const upsert = `mutation ($email: String!) {
      upsertContact(input: { idValue: $email, firstName: "Ada" }) { created contact { hubspotId email firstName } userErrors { code } }
    }`;
    expect(await stack.query(upsert, { email: other })).toEqual({
      data: {
        upsertContact: { created: false, contact: { hubspotId: id, email, firstName: 'Ada' }, userErrors: [] },
      },
    });
  });
});

describe('with CACHE_TTL_MS', () => {
  let caching: Stack;
  let own: Portal;
  beforeAll(async () => {
    ({ stack: caching, portal: own } = await start({ CACHE_TTL_MS: '10000' }));
  });
  afterAll(() => caching.stop());
  beforeEach(() => caching.simulator.log.clear());

  it('is known under the id that was asked for, and as it is known under its own', async () => {
    const { id, old, email } = merged(own);
    const read = async (name: string) => (await caching.query(ONE, { id: name })).data;
    const expected = { contact: { id: expect.any(String), hubspotId: id, email } };
    expect(await read(old[0])).toEqual(expected);
    expect(await read(old[0])).toEqual(expected);
    expect(await read(id)).toEqual(expected);
    expect(caching.simulator.log.crm()).toHaveLength(1);
  });

  it('does not serve the one that was merged any more once HubSpot has told of the merge', async () => {
    const [first = '', second = ''] = ['x', 'y'].map(
      (name) => own.create('contacts', { email: `${name}@z.example` }).id,
    );
    await caching.query(ONE, { id: first });
    const { id } = mergeRecords(own, 'contacts', second, first);
    const query = 'query ($id: ID!) { contact(id: $id) { hubspotId email phone } }';
    const expected = { contact: { hubspotId: id, email: 'y@z.example' } };
    expect((await caching.query(query, { id: first })).data).toMatchObject(expected);
    expect((await caching.query(ONE, { id: first })).data).toMatchObject(expected);
    expect(caching.simulator.log.crm()).toHaveLength(2);
  });
});
