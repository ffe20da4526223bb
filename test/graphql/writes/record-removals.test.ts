import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, Stack } from '../../helpers/stack.ts';

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  const [only] = stack.simulator.portals;
  if (!only) throw new TypeError('one portal was asked for');
  portal = only;
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => stack.simulator.faults.clear());

/** What one mutation field answers, or the extensions of its errors. */
async function write(field: string, viewer = ALICE) {
  const { data, errors } = await stack.settle(stack.query(`mutation { payload: ${field} }`, {}, viewer));
  if (errors) return errors.map(({ message, extensions }) => ({ message, ...extensions }));
  return (data as unknown as { payload: object }).payload;
}
const asked = () =>
  stack.simulator.log.crm().map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`);
const ERRORS = 'userErrors { __typename message path }';

describe('merging', () => {
  const merge = (primary: string, merged: string) =>
    `mergeContacts(input: { primaryId: "${primary}", mergedId: "${merged}" }) { contact { hubspotId email } ${ERRORS} }`;

  it('answers with the record that remains, in one call', async () => {
    const primary = portal.create('contacts', { email: 'primary@merge.example' }).id;
    const other = portal.create('contacts', { email: 'other@merge.example', city: 'York' }).id;
    const remaining = await write(merge(primary, `Contact:${portal.hubId}:${other}`));
    const id = portal.find('contacts', primary, undefined)?.id;
    expect(id).not.toBe(primary);
    expect(remaining).toEqual({ contact: { hubspotId: id, email: 'primary@merge.example' }, userErrors: [] });
    expect(asked()).toEqual(['POST contacts/merge']);
    expect(stack.simulator.log.crm()[0]?.body).toEqual({ primaryObjectId: primary, objectIdToMerge: other });
  });

  it('is seen by the reads of the same operation: both ids find the record that remains', async () => {
    const [a, b] = [portal.create('deals', { dealname: 'A' }).id, portal.create('deals', { dealname: 'B' }).id];
    const found = (id: string) => stack.query(`{ deal(id: "${id}") { hubspotId name } }`);
    await found(a);
    const { deal } = (await write(
      `mergeDeals(input: { primaryId: "${a}", mergedId: "${b}" }) { deal { hubspotId name } }`,
    )) as { deal: object };
    expect([(await found(a)).data, (await found(b)).data]).toEqual([{ deal }, { deal }]);
  });

  it('reads what the answer lacks by the new id', async () => {
    const [a, b] = [portal.create('companies', { name: 'A' }).id, portal.create('companies', { city: 'York' }).id];
    expect(
      await write(`mergeCompanies(input: { primaryId: "${a}", mergedId: "${b}" }) { company { name city } }`),
    ).toEqual({ company: { name: 'A', city: 'York' } });
    expect(asked()).toEqual(['POST companies/merge', 'POST companies/batch/read']);
  });

  it('reports a record that is not there', async () => {
    const message = 'The portal has no such record.';
    expect(await write(merge('100001', '1'))).toEqual({
      contact: null,
      userErrors: [{ __typename: 'NotFoundError', message, path: null }],
    });
    stack.simulator.log.clear();
    expect(await write(merge('100001', `Deal:${portal.hubId}:300001`))).toEqual({
      contact: null,
      userErrors: [{ __typename: 'NotFoundError', message, path: ['input', 'mergedId'] }],
    });
    expect(await write(merge('Contact:9999999:1', '100001'))).toMatchObject({
      userErrors: [{ path: ['input', 'primaryId'] }],
    });
    expect(asked()).toEqual([]);
  });

  it('refuses one record twice, and ids that are none, before it calls HubSpot', async () => {
    expect(await write(merge('100001', `Contact:${portal.hubId}:100001`))).toMatchObject([
      { message: 'primaryId and mergedId are the same record.', code: 'BAD_USER_INPUT', argument: 'mergedId' },
    ]);
    expect(await write(merge('100001', '1/../2'))).toMatchObject([{ code: 'BAD_USER_INPUT', argument: 'mergedId' }]);
    expect(asked()).toEqual([]);
  });

  it('says when HubSpot merges no more', async () => {
    const body = JSON.stringify({ status: 'error', message: 'Cannot have more than 250 identities on a profile' });
    stack.simulator.faults.add({ match: '/merge$', fault: { kind: 'answer', status: 414, body } });
    expect(await write(merge('100002', '100003'))).toEqual({
      contact: null,
      userErrors: [
        {
          __typename: 'ValidationError',
          message:
            'HubSpot does not merge these records, because together they come from more than 250 merged records.',
          path: null,
        },
      ],
    });
  });

  it('is not repeated after a lost answer', async () => {
    const rule = stack.simulator.faults.add({
      match: '/merge$',
      fault: { kind: 'reset', at: 'before', processed: true },
    });
    expect(await write(merge('100004', '100005'))).toMatchObject([
      { code: 'HUBSPOT_UNAVAILABLE', message: expect.stringContaining('may have succeeded') },
    ]);
    expect(rule.hits).toBe(1);
  });
});

describe('deleting a contact for privacy', () => {
  const erase = (input: string) => `deleteContactForPrivacy(input: { ${input} }) { deletedId deletedEmail ${ERRORS} }`;

  it('deletes it permanently, by its id or its address', async () => {
    const first = portal.create('contacts', { email: 'first@erase.example' }).id;
    const second = portal.create('contacts', { email: 'second@erase.example' }).id;
    expect(await write(erase(`id: "${first}"`))).toEqual({
      deletedId: `Contact:${portal.hubId}:${first}`,
      deletedEmail: null,
      userErrors: [],
    });
    expect(await write(erase('email: "second@erase.example"'))).toEqual({
      deletedId: null,
      deletedEmail: 'second@erase.example',
      userErrors: [],
    });
    expect([first, second].map((id) => portal.record('contacts', id))).toEqual([undefined, undefined]);
    expect(stack.simulator.log.crm().map(({ body }) => body)).toEqual([
      { objectId: first },
      { objectId: 'second@erase.example', idProperty: 'email' },
    ]);
  });

  it('blocks an address that nobody has', async () => {
    await write(erase('email: "nobody@erase.example"'));
    expect(portal.blockedEmails).toContain('nobody@erase.example');
    expect(await write(`createContact(input: { email: "nobody@erase.example" }) { userErrors { path } }`)).toEqual({
      userErrors: [{ path: ['input', 'email'] }],
    });
  });

  it('reports a contact that is not there', async () => {
    const none = {
      deletedId: null,
      deletedEmail: null,
      userErrors: [{ __typename: 'NotFoundError', message: 'The portal has no such record.', path: ['input', 'id'] }],
    };
    expect(await write(erase('id: "1"'))).toEqual(none);
    stack.simulator.log.clear();
    for (const id of [`Deal:${portal.hubId}:300001`, 'Contact:9999999:1']) {
      expect(await write(erase(`id: "${id}"`))).toEqual(none);
    }
    expect(asked()).toEqual([]);
  });

  it.each([
    ['', 'Give either id or email.'],
    ['id: "1", email: "a@a.example"', 'Give either id or email.'],
    ['id: null, email: null', 'Give either id or email.'],
    ['email: " "', 'email must be an e-mail address.'],
    ['id: "1?x"', 'An id must be a HubSpot record id or a global id.'],
  ])('refuses { %s } before it calls HubSpot', async (input, message) => {
    expect(await write(erase(input))).toMatchObject([{ code: 'BAD_USER_INPUT', message }]);
    expect(asked()).toEqual([]);
  });

  it('needs a permission of its own', async () => {
    const writer = { ...ALICE, scope: 'hubspot:read hubspot:write hubspot:connect' };
    expect(await write(erase('id: "100001"'), writer)).toMatchObject([
      { code: 'FORBIDDEN', requiredPermission: 'hubspot:erase' },
    ]);
    expect(asked()).toEqual([]);
    expect(portal.record('contacts', '100001')).toBeDefined();
  });

  it('is not repeated after a lost answer', async () => {
    const fault = { kind: 'reset', at: 'before', processed: true } as const;
    const rule = stack.simulator.faults.add({ match: '/gdpr-delete$', fault });
    expect(await write(erase('id: "100006"'))).toMatchObject([
      { code: 'HUBSPOT_UNAVAILABLE', message: expect.stringContaining('may have succeeded') },
    ]);
    expect(rule.hits).toBe(1);
  });
});
