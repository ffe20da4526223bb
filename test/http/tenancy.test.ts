import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { callOf, selectionOf, takesId } from '../helpers/operations.ts';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

const OTHER_PORTAL = {
  ...SMALL_PORTAL,
  hubId: 7_654_321,
  domain: 'northgate.example',
  user: 'owner@northgate.example',
};
const BOB: TestViewer = { sub: 'bob', tenant: 'globex', scope: 'hubspot:read hubspot:write hubspot:connect' };

let stack: Stack;
/** Ids that Bob knows and Alice has guessed: his installation, and one record of each type. */
let bobs: readonly string[];

beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  await stack.connect();
  const installation = await stack.connect({}, BOB, { portal: String(OTHER_PORTAL.hubId) });
  const { data } = await stack.query(
    '{ contacts(first: 1) { nodes { id } } deals(first: 1) { nodes { id } } companies(first: 1) { nodes { id } } }',
    {},
    BOB,
  );
  bobs = [installation, ...[...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map(([, id = '']) => id)];
});
afterAll(() => stack.stop());

/** Nothing of Bob's may stand in what Alice gets, nor may his portal be asked. */
function expectNothingOfBob(answer: unknown, guessed: string): void {
  const text = JSON.stringify(answer).replaceAll(guessed, '');
  expect(text).not.toContain(String(OTHER_PORTAL.hubId));
  expect(text).not.toContain(OTHER_PORTAL.domain);
  expect(text).not.toContain('globex');
  expect(stack.simulator.log.all().filter(({ hubId }) => hubId === OTHER_PORTAL.hubId)).toEqual([]);
}

describe('B64 every root field that takes an id', () => {
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {})
      .filter(({ args }) => args.some(({ type: argument }) => takesId(argument)))
      .map((field) => ({ operation: type === schema.getQueryType() ? 'query' : 'mutation', field })),
  );

  it('is among those tried', () => {
    expect(fields.map(({ field }) => field.name)).toEqual(
      expect.arrayContaining(['contact', 'deal', 'company', 'node', 'installation', 'connectHubSpot']),
    );
  });

  it.each(fields.map(({ operation, field }) => [`${operation} ${field.name}`, operation, field] as const))(
    '%s shows Alice nothing of Bob',
    async (_name, operation, field) => {
      stack.simulator.log.clear();
      for (const id of bobs) {
        const { raw, answer } = await stack.send(`${operation} { ${callOf(field, id)} ${selectionOf(field)} }`);
        expect(raw.status).toBe(200);
        expect(answer.errors?.map(({ extensions }) => extensions?.code) ?? []).not.toContain(
          'GRAPHQL_VALIDATION_FAILED',
        );
        expectNothingOfBob(answer, id);
      }
    },
  );

  it('leaves Bob what he had', async () => {
    const { data } = await stack.query('{ installations { id status } contacts(first: 1) { nodes { id } } }', {}, BOB);
    expect(data).toMatchObject({
      installations: [{ id: bobs[0], status: 'ACTIVE' }],
      contacts: { nodes: [{ id: bobs[1] }] },
    });
  });
});

describe('B65 requests of two tenants in the same tick', () => {
  it('never mix', async () => {
    const query = `{
      viewer { id tenantId }
      installation { hubId hubDomain }
      contacts(first: 3) { nodes { id deals(first: 2) { nodes { id } } companies(first: 2) { nodes { id } } } }
      contact(id: "${bobs[1]?.split(':')[2]}") { id }
    }`;
    const own = new Map([
      [ALICE, SMALL_PORTAL],
      [BOB, OTHER_PORTAL],
    ]);
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const [viewer, portal] = [...own][index % 2] ?? [ALICE, SMALL_PORTAL];
        const { data, errors } = await stack.query(query, {}, viewer);
        expect(errors).toBeUndefined();
        expect(data).toMatchObject({
          viewer: { id: viewer.sub, tenantId: viewer.tenant },
          installation: { hubId: String(portal.hubId), hubDomain: portal.domain },
        });
        const ids = [...JSON.stringify(data).matchAll(/"id":"(?:Contact|Deal|Company):(\d+):/g)].map(
          ([, hubId]) => hubId,
        );
        expect(ids.length).toBeGreaterThan(3);
        expect(new Set(ids)).toEqual(new Set([String(portal.hubId)]));
      }),
    );
  });

  it('B67 take the tenant from the token alone', async () => {
    stack.simulator.log.clear();
    const headers = { 'x-tenant-id': 'globex', 'x-tenant': 'globex', tenant: 'globex', cookie: 'tenant=globex' };
    const query = '{ viewer { tenantId } installations { hubId } contacts(first: 1) { nodes { id } } }';
    const response = await fetch(`${stack.url}/graphql?tenant=globex`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}`, ...headers },
      body: JSON.stringify({ query, extensions: { tenant: 'globex' } }),
    });
    const answer = (await response.json()) as { data: unknown };
    expect(answer.data).toMatchObject({ viewer: { tenantId: 'acme' }, installations: [{ hubId: '1234567' }] });
    expectNothingOfBob(answer, '');
  });
});
