import { mergeRecords, type Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MergingPortal, READ } from '../helpers/merging-portal.ts';
import type { Stack } from '../helpers/stack.ts';

let world: MergingPortal;
let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  world = await MergingPortal.start();
  ({ stack, portal } = world);
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

const ONE = 'query ($id: ID!) { contact(id: $id) { id hubspotId email } }';

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
      const expected = { id: world.globalId(typename, id), hubspotId: id };
      const query = `query ($id: ID!) { found: ${field}(id: $id) { id hubspotId } }`;
      expect(await stack.query(query, { id: old })).toEqual({ data: { found: expected } });
      expect(await stack.query(query, { id: world.globalId(typename, old) })).toEqual({ data: { found: expected } });
      const node = `query ($id: ID!) { node(id: $id) { id ... on ${typename} { hubspotId } } }`;
      expect(await stack.query(node, { id: world.globalId(typename, old) })).toEqual({ data: { node: expected } });
      expect(world.asked()).toHaveLength(3);
    }
  });

  it('is found with its associated records', async () => {
    const { id, old } = world.merged();
    const deal = portal.create('deals', { dealname: 'Oak' }).id;
    portal.associate({ type: 'contacts', id }, { type: 'deals', id: deal });
    const query = 'query ($id: ID!) { contact(id: $id) { hubspotId deals { nodes { name } } } }';
    expect(await stack.query(query, { id: old[0] })).toEqual({
      data: { contact: { hubspotId: id, deals: { nodes: [{ name: 'Oak' }] } } },
    });
    expect(world.asked()).toEqual([`200 GET objects/contacts/${old[0]}`, `200 POST objects/deals/batch/read ${deal}`]);
  });

  it('is found where its old ids and its own are asked for together', async () => {
    const { id, old, email } = world.merged();
    const query = `query ($a: ID!, $b: ID!, $c: ID!) {
      a: contact(id: $a) { hubspotId email } b: contact(id: $b) { hubspotId email } c: contact(id: $c) { hubspotId email }
    }`;
    const { data, errors } = await stack.query(query, { a: old[0], b: id, c: old[1] });
    expect(errors).toBeUndefined();
    const expected = { hubspotId: id, email };
    expect(data).toEqual({ a: expected, b: expected, c: expected });
    // HubSpot answers one record for all three; which of them it stands for, the former ids that it has tell.
    expect(world.asked()).toEqual([`${READ} ${old[0]},${id},${old[1]}`, `${READ} ${old.join()}`]);
  });

  it('is found among many others, merged ones and absent ones', async () => {
    const pairs = Array.from({ length: 12 }, () => world.merged());
    const plain = portal.create('contacts', { email: 'plain@one.example' }).id;
    const ids = [...pairs.map(({ old }) => old[1]), plain, '999999'];
    const fields = ids.map((id, index) => `r${index}: contact(id: "${id}") { hubspotId }`);
    const { data, errors } = await stack.query(`{ ${fields.join(' ')} }`);
    expect(errors).toBeUndefined();
    const expected = [...pairs.map(({ id }) => id), plain];
    expect(data).toEqual(
      Object.fromEntries(ids.map((_, index) => [`r${index}`, expected[index] ? { hubspotId: expected[index] } : null])),
    );
    expect(world.asked()).toEqual([
      `207 POST objects/contacts/batch/read ${ids.join()}`,
      `${READ} ${ids.slice(0, 12).join()}`,
    ]);
  });

  it('is found by each of several requests at once', async () => {
    const pairs = [world.merged(), world.merged()];
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
    expect(world.asked()).toEqual([`${READ} ${first},${second}`, `200 GET objects/contacts/${second}`]);
  });

  it('is null where the record that it became is in the recycle bin, or gone', async () => {
    const [one, two] = [world.merged(), world.merged()];
    portal.archive('contacts', one.id);
    portal.erase('contacts', two.id);
    for (const { old } of [one, two]) {
      stack.simulator.log.clear();
      expect(await stack.query(ONE, { id: old[0] })).toEqual({ data: { contact: null } });
      expect(world.asked()).toHaveLength(1);
    }
  });

  it('is written under its old id, and shown under its own', async () => {
    const { id, old, email } = world.merged();
    const mutation = `mutation ($id: ID!) {
      updateContact(input: { id: $id, firstName: "Ada" }) { contact { id firstName email } userErrors { code } }
    }`;
    expect(await stack.query(mutation, { id: old[0] })).toEqual({
      data: {
        updateContact: { contact: { id: world.globalId('Contact', id), firstName: 'Ada', email }, userErrors: [] },
      },
    });
    expect(world.asked()).toEqual([`200 PATCH objects/contacts/${old[0]}`, `${READ} ${id}`]);
  });

  it('is one associated record where an association still names its old id, too', async () => {
    const { id, old } = world.merged();
    const other = world.merged();
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

  it('is one result of a search that finds both of the records that were', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${'long'.repeat(20)}_${index}`);
    for (const name of names) portal.defineProperty('contacts', { name, type: 'string', fieldType: 'text' });
    const {
      id,
      old: [first, second],
    } = world.merged();
    const hits = [first, second].map((hit) => ({
      ...{ id: hit, properties: {}, archived: false },
      ...{ createdAt: '2026-11-23T09:00:00Z', updatedAt: '2026-11-23T09:00:00Z' },
    }));
    // HubSpot's index is some seconds behind, and so many properties come with a read by id.
    const behind = stack.simulator.faults.add({
      match: 'contacts/search$',
      fault: { kind: 'answer', status: 200, body: JSON.stringify({ total: 2, results: hits }) },
    });
    const query = `query ($names: [String!]!) {
      contacts(query: "found.example") { nodes { hubspotId properties(names: $names) { raw } } }
    }`;
    const { data, errors } = await stack.query(query, { names });
    behind.remove();
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ contacts: { nodes: [{ hubspotId: id }] } });
    expect(world.asked().filter((call) => call.includes('batch/read'))).toEqual([
      `${READ} ${first},${second}`,
      `${READ} ${first},${second}`,
    ]);
  });

  it('is null or found as HubSpot has it when HubSpot leaves it out without a word', async () => {
    const { id, old } = world.merged();
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
    expect(world.asked()).toHaveLength(4);
  });

  it('has an upper bound: no operation needs more calls than `maxHubspotCalls`', async () => {
    const [one, two] = [world.merged(), world.merged()];
    const document = `{ a: contact(id: "${one.old[0]}") { email } b: contact(id: "${two.old[0]}") { phone } }`;
    const access = 'query ($document: String!) { installation { access(document: $document) { maxHubspotCalls } } }';
    const { data } = await stack.query(access, { document });
    await stack.query(document);
    const { maxHubspotCalls } = (data as unknown as { installation: { access: { maxHubspotCalls: number } } })
      .installation.access;
    expect(world.asked().length).toBeLessThanOrEqual(maxHubspotCalls);
  });
});
