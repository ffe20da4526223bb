import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, type Answer, Stack, type StackOptions } from '../helpers/stack.ts';
import { codes, install } from '../helpers/token-faults.ts';

const TTL_MS = 30_000;
const BOB = { ...ALICE, sub: 'bob', tenant: 'globex' };
const ONE = 'query ($id: ID!) { contact(id: $id) { email firstName lastName } }';
const EMAIL = 'query ($id: ID!) { contact(id: $id) { email } }';
const RENAME = `mutation ($id: ID!, $name: String!) {
  updateContact(input: { id: $id, firstName: $name }) { contact { hubspotId } userErrors { code } }
}`;
const READ_CALL = '^POST /crm/objects/2026-09/contacts/batch/read';
const WRITE_CALL = '^PATCH /crm';

let stack: Stack;
beforeEach(() => stack.simulator.log.clear());

/** Two tenants that connected one portal. */
async function startCaching(options: StackOptions = {}): Promise<void> {
  stack = await Stack.start({ env: { CACHE_TTL_MS: String(TTL_MS) }, ...options });
  const granted = ['crm.objects.contacts.write'];
  for (const viewer of [ALICE, BOB]) await stack.connect({ optionalScopes: granted }, viewer, { granted });
}

/** The record as HubSpot has it. */
function stored(id: string) {
  const properties = stack.simulator.portals[0]?.record('contacts', id)?.properties;
  return {
    email: properties?.get('email'),
    firstName: properties?.get('firstname'),
    lastName: properties?.get('lastname'),
  };
}

/** Somebody renames a contact in HubSpot, a moment after whatever was before. */
function renameInHubspot(id: string, firstname: string): void {
  const [portal] = stack.simulator.portals;
  const record = portal?.record('contacts', id);
  if (!portal || !record) throw new TypeError('there is no such contact');
  stack.clock.advance(1);
  portal.update('contacts', record, { firstname });
}

const calls = () => stack.simulator.log.crm().length;
const read = async (id: string, viewer = ALICE) => (await stack.query(ONE, { id }, viewer)).data;
const rename = (id: string, name: string, viewer = ALICE): Promise<Answer> => stack.query(RENAME, { id, name }, viewer);

describe('without CACHE_TTL_MS', () => {
  beforeAll(async () => {
    stack = await Stack.start();
    await install(stack);
  });
  afterAll(() => stack.stop());

  it('every request reads', async () => {
    for (let asked = 1; asked <= 3; asked += 1) {
      expect(await read('100001')).toEqual({ contact: stored('100001') });
      expect(calls()).toBe(asked);
    }
  });
});

describe('with CACHE_TTL_MS', () => {
  beforeAll(() => startCaching());
  afterAll(() => stack.stop());

  it('a second request costs no call, nor one that asks for less, until the time is over', async () => {
    const contact = stored('100001');
    expect(await read('100001')).toEqual({ contact });
    renameInHubspot('100001', 'Renamed');
    expect(await read('100001')).toEqual({ contact });
    expect((await stack.query(EMAIL, { id: '100001' })).data).toEqual({ contact: { email: contact.email } });
    expect(calls()).toBe(1);
    stack.clock.advance(TTL_MS);
    expect(await read('100001')).toEqual({ contact: { ...contact, firstName: 'Renamed' } });
    expect(calls()).toBe(2);
  });

  it('one that asks for more is read', async () => {
    await stack.query(EMAIL, { id: '100002' });
    expect(await read('100002')).toEqual({ contact: stored('100002') });
    expect(calls()).toBe(2);
  });

  it('knows a record from a list, from an e-mail address, by global id and as a associated record', async () => {
    const list = await stack.query('{ contacts(first: 3) { nodes { hubspotId email firstName lastName } } }');
    const { nodes } = (list.data as unknown as { contacts: { nodes: { hubspotId: string; email: string }[] } })
      .contacts;
    const { hubspotId, ...contact } = nodes[2] ?? { hubspotId: '' };
    expect(await read(hubspotId)).toEqual({ contact });
    expect(calls()).toBe(1);

    const { email } = stored('100010');
    await stack.query('query ($email: String!) { contactByEmail(email: $email) { firstName lastName } }', { email });
    const node = '{ node(id: "Contact:1234567:100010") { ... on Contact { email firstName lastName } } }';
    expect((await stack.query(node)).data).toEqual({ node: stored('100010') });
    expect(calls()).toBe(2);

    const deals = '{ contact(id: "100001") { deals { nodes { name } } } }';
    const first = await stack.query(deals);
    stack.simulator.log.clear();
    expect(await stack.query(deals)).toEqual(first);
    expect(stack.simulator.log.crm().map(({ path }) => path)).toEqual([
      '/crm/associations/2026-09/contacts/deals/batch/read',
    ]);
  });

  it('does not know a record from a search, which may be behind, nor one from the recycle bin', async () => {
    await stack.query('{ contacts(first: 1, orderBy: { field: HUBSPOT_ID, direction: DESC }) { nodes { email } } }');
    await stack.query(EMAIL, { id: '100120' });
    expect(calls()).toBe(2);
    stack.simulator.portals[0]?.archive('contacts', '100119');
    await stack.query('{ contacts(first: 1, archived: true) { nodes { email } } }');
    expect((await stack.query(EMAIL, { id: '100119' })).data).toEqual({ contact: null });
    expect(calls()).toBe(4);
  });

  it('a record that did not exist shows as soon as it does', async () => {
    const created = stack.simulator.portals[0]?.create('contacts', { email: 'first@one.example' });
    const next = String(Number(created?.id) + 1);
    expect(await read(next)).toEqual({ contact: null });
    stack.simulator.portals[0]?.create('contacts', { email: 'second@one.example' });
    expect((await stack.query(EMAIL, { id: next })).data).toEqual({ contact: { email: 'second@one.example' } });
  });

  it('never shows a tenant what another one has read of the same portal', async () => {
    await read('100020');
    expect(await read('100020', BOB)).toEqual({ contact: stored('100020') });
    expect(calls()).toBe(2);
    const tokens = stack.simulator.log.crm().map(({ token }) => token);
    expect(new Set(tokens).size).toBe(2);
  });

  it.each([
    ['that succeeded', false, []],
    ['that HubSpot refused', true, [{ code: 'VALIDATION_FAILED' }]],
  ])('a write %s has everything of its portal read again, by all tenants', async (_outcome, isRefused, userErrors) => {
    const readers = [ALICE, BOB];
    const ids = ['100030', '100031'];
    const readAll = async () => {
      for (const id of ids) for (const by of readers) expect(await read(id, by)).toEqual({ contact: stored(id) });
    };
    await readAll();
    const refusal = { kind: 'answer', status: 400, body: '{}' } as const;
    if (isRefused) stack.simulator.faults.add({ match: WRITE_CALL, times: 1, fault: refusal });
    expect((await rename('100030', 'Grace')).data).toMatchObject({ updateContact: { userErrors } });
    stack.simulator.log.clear();
    await readAll();
    expect(calls()).toBe(4);
    await readAll();
    expect(calls()).toBe(4);
  });

  it('a write counts from when it leaves: nothing old is shown while it is under way', async () => {
    await read('100050');
    const held = stack.simulator.faults.add({ match: WRITE_CALL, fault: { kind: 'hold', processed: true } });
    const written = rename('100050', 'Edsger');
    await held.reached(1);
    expect(await read('100050', BOB)).toMatchObject({ contact: { firstName: 'Edsger' } });
    expect(await read('100050')).toMatchObject({ contact: { firstName: 'Edsger' } });
    held.remove();
    await written;
  });

  it('a read that had left before a write is not known after it', async () => {
    const before = stored('100060');
    const held = stack.simulator.faults.add({ match: READ_CALL, times: 1, fault: { kind: 'hold', processed: true } });
    const early = read('100060');
    await held.reached(1);
    stack.clock.advance(1_000); // A call that takes so long holds nobody up.
    expect(codes(await rename('100060', 'Barbara'))).toEqual([]);
    held.remove();
    expect(await early).toEqual({ contact: before });
    expect(await read('100060')).toEqual({ contact: { ...before, firstName: 'Barbara' } });
  });

  it('a new grant knows nothing of what an old one read', async () => {
    await read('100070');
    stack.simulator.log.clear();
    await stack.connect();
    await read('100070');
    expect(calls()).toBe(1);
  });

  it('counts what it knew', async () => {
    for (const id of ['100080', '100080']) await read(id);
    const response = await stack.gateway.fetch(new Request('http://gateway.test/metrics'));
    expect(await response.text()).toMatch(/^gateway_record_cache_loads_total\{outcome="hit"\} [1-9]/m);
  });
});

describe('with CACHE_TTL_MS, and a write without an answer', () => {
  beforeAll(() => startCaching());
  afterAll(() => stack.stop());

  it('everything is read again as well', async () => {
    await read('100040');
    const lost = stack.simulator.faults.add({ match: WRITE_CALL, fault: { kind: 'hold', processed: true } });
    expect(codes(await stack.settle(rename('100040', 'Alan')))).toEqual(['HUBSPOT_TIMEOUT']);
    lost.remove();
    expect(await read('100040')).toMatchObject({ contact: { firstName: 'Alan' } });
  });
});
