import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MergingPortal, READ } from '../helpers/merging-portal.ts';
import type { Stack } from '../helpers/stack.ts';

let world: MergingPortal;
let stack: Stack;
beforeAll(async () => {
  world = await MergingPortal.start();
  ({ stack } = world);
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

describe('a contact with several addresses', () => {
  const byEmail = (email: string, fields = 'hubspotId email') =>
    stack.query(`query ($email: String!) { contactByEmail(email: $email) { ${fields} } }`, { email });

  it('is found by each of them, in any case, with the first one as its address', async () => {
    const { id, email, other } = world.merged();
    for (const address of [email, other, ` ${other.toUpperCase()}`]) {
      expect(await byEmail(address)).toEqual({ data: { contactByEmail: { hubspotId: id, email } } });
    }
    expect(world.asked()).toHaveLength(3);
  });

  it('is found with its associated records', async () => {
    const { id, other } = world.merged();
    expect(await byEmail(other, 'hubspotId deals { nodes { id } }')).toEqual({
      data: { contactByEmail: { hubspotId: id, deals: { nodes: [] } } },
    });
  });

  it('is found by all of them at once', async () => {
    const [one, two] = [world.merged(), world.merged()];
    const addresses = [one.email, one.other, two.other, 'nobody@one.example'];
    const fields = addresses.map((address, index) => `r${index}: contactByEmail(email: "${address}") { hubspotId }`);
    expect(await stack.query(`{ ${fields.join(' ')} }`)).toEqual({
      data: { r0: { hubspotId: one.id }, r1: { hubspotId: one.id }, r2: { hubspotId: two.id }, r3: null },
    });
    expect(world.asked()).toEqual([
      `207 POST objects/contacts/batch/read ${addresses.join()}`,
      `${READ} ${one.other},${two.other}`,
    ]);
  });

  it('is in the way of a new one, and is what an upsert writes', async () => {
    const { id, email, other } = world.merged();
    const create = `mutation ($email: String!) {
      createContact(input: { email: $email }) { contact { id } userErrors { code ... on ConflictError { existingId } } }
    }`;
    expect(await stack.query(create, { email: other })).toEqual({
      data: {
        createContact: { contact: null, userErrors: [{ code: 'CONFLICT', existingId: world.globalId('Contact', id) }] },
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
