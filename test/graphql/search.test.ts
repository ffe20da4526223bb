import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect({ optionalScopes: ['crm.objects.companies.read', 'crm.objects.owners.read'] });
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

interface Page {
  readonly totalCount: number | null;
  readonly nodes: readonly { readonly hubspotId: string }[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const FIELDS = 'totalCount nodes { hubspotId } edges { cursor } pageInfo { hasNextPage endCursor }';

async function contacts(args: string, variables: object = {}, declared = ''): Promise<Page> {
  const query = `query ${declared && `(${declared})`} { contacts(${args}) { ${FIELDS} } }`;
  const { data, errors } = await stack.query(query, variables);
  expect(errors).toBeUndefined();
  return (data as unknown as { contacts: Page }).contacts;
}

const ids = ({ nodes }: Page) => nodes.map(({ hubspotId }) => hubspotId);
const paths = () =>
  stack.simulator.log.crm().map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`);

/** Ids of the simulator's contacts that fit, oldest first. */
function those(fits: (value: (property: string) => string) => boolean): string[] {
  const all = [...(stack.simulator.portals[0]?.records('contacts') ?? [])];
  return all.filter(({ properties }) => fits((name) => properties.get(name) ?? '')).map(({ id }) => id);
}

async function refusal(args: string, variables: object = {}, declared = '', fields = 'totalCount') {
  const query = `query ${declared && `(${declared})`} { contacts(${args}) { ${fields} } }`;
  const { data, errors } = await stack.query(query, variables);
  expect(data).toEqual({ contacts: null });
  return errors?.map(({ extensions }) => extensions);
}

describe('list or search', () => {
  it.each([
    ['', 'GET contacts', null],
    ['(archived: true)', 'GET contacts', null],
    ['(filter: null, query: null, orderBy: null)', 'GET contacts', null],
    ['(filter: {})', 'POST contacts/search', 120],
    ['(query: "")', 'POST contacts/search', 120],
    ['(orderBy: { field: EMAIL })', 'POST contacts/search', 120],
    ['(archived: false, filter: { or: [{}] })', 'POST contacts/search', 120],
  ])('contacts%s is answered by %s', async (args, call, totalCount) => {
    const { data } = await stack.query(`{ contacts${args} { totalCount } }`);
    expect(data).toEqual({ contacts: { totalCount } });
    expect(paths()).toEqual([call]);
  });

  it('answers without a call when nothing can be found', async () => {
    for (const filter of [
      '{ or: [] }',
      '{ city: { in: [] } }',
      '{ and: [{ city: { eq: "Oslo" } }, { zip: { in: [] } }] }',
    ]) {
      expect(await contacts(`filter: ${filter}`)).toEqual({
        totalCount: 0,
        nodes: [],
        edges: [],
        pageInfo: { hasNextPage: false, endCursor: null },
      });
    }
    expect(paths()).toEqual([]);
  });

  it('does not search the recycle bin', async () => {
    for (const args of ['filter: {}', 'query: "a"', 'orderBy: { field: CITY }']) {
      expect(await refusal(`archived: true, ${args}`)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'archived' }]);
    }
    expect(paths()).toEqual([]);
  });

  it('is the same below an installation', async () => {
    const { data } = await stack.query('{ installation { contacts(query: "copper", first: 1) { totalCount } } }');
    expect(data).toEqual({ installation: { contacts: { totalCount: 9 } } });
  });
});

describe('the results', () => {
  it.each<[string, (value: (property: string) => string) => boolean]>([
    ['{ city: { eq: "MÜNCHEN" } }', (value) => value('city') === 'München'],
    ['{ city: { in: ["MÜNCHEN", "Toronto"] } }', (value) => ['München', 'Toronto'].includes(value('city'))],
    ['{ city: { notIn: ["MÜNCHEN", "Toronto"] } }', (value) => !['München', 'Toronto'].includes(value('city'))],
    [
      '{ lifecycleStage: { in: ["lead", "customer"] } }',
      (value) => ['lead', 'customer'].includes(value('lifecyclestage')),
    ],
    ['{ leadStatus: { exists: false } }', (value) => value('hs_lead_status') === ''],
    ['{ leadStatus: { exists: true, neq: "NEW" } }', (value) => !['', 'NEW'].includes(value('hs_lead_status'))],
    ['{ email: { contains: "*@copper*" } }', (value) => value('email').includes('@copper')],
    ['{ createdAt: { gte: "2026-01-01T00:00:00+00:00" } }', (value) => value('createdate') >= '2026-01-01'],
    [
      '{ createdAt: { between: ["2025-06-01T00:00:00Z", "2025-07-01T00:00:00Z"] } }',
      (value) => value('createdate') >= '2025-06-01' && value('createdate') <= '2025-07-01T00:00:00.000Z',
    ],
    [
      '{ property: [{ name: "hs_email_optout", eq: "true" }, { name: "hs_object_id", lt: "100090" }] }',
      (value) => value('hs_email_optout') === 'true' && Number(value('hs_object_id')) < 100_090,
    ],
    [
      '{ property: [{ name: "hs_latest_source_timestamp", lt: "2026-01-01" }] }',
      (value) => value('hs_latest_source_timestamp') < '2026-01-01',
    ],
    ['{ property: [{ name: "jobtitle", in: ["DATA ANALYST"] }] }', (value) => value('jobtitle') === 'Data Analyst'],
  ])('filter: %s', async (filter, fits) => {
    const expected = those(fits);
    expect(expected.length).toBeGreaterThan(0);
    expect(ids(await contacts(`first: 500, filter: ${filter}`))).toEqual(expected);
  });

  it('compares options with their case', async () => {
    expect(ids(await contacts('filter: { lifecycleStage: { in: ["LEAD", "Customer"] } }'))).toEqual([]);
    expect(ids(await contacts('filter: { lifecycleStage: { eq: "LEAD" } }'))).toEqual([]);
  });

  it('compares owners by either of their ids', async () => {
    const owner = those((value) => value('hubspot_owner_id') !== '').slice(0, 1);
    const [portal] = stack.simulator.portals;
    const ownerId = portal?.record('contacts', owner[0] ?? '')?.properties.get('hubspot_owner_id');
    const expected = those((value) => value('hubspot_owner_id') === ownerId);
    for (const id of [ownerId, `Owner:1234567:${ownerId}`]) {
      expect(ids(await contacts('first: 500, filter: { ownerId: { eq: $id } }', { id }, '$id: String!'))).toEqual(
        expected,
      );
    }
    stack.simulator.log.clear();
    for (const id of [`Owner:7654321:${ownerId}`, `Contact:1234567:${ownerId}`, 'me', '1 OR 1=1', '01']) {
      expect(await refusal('filter: { ownerId: { in: [$id] } }', { id }, '$id: String!')).toEqual([
        { code: 'BAD_USER_INPUT', argument: 'filter' },
      ]);
    }
    expect(paths()).toEqual([]);
  });

  it('orders by a property, up and down', async () => {
    const wanted = '{ contacts(first: 500, orderBy: ORDER) { nodes { lastName } } }';
    const names = async (order: string) => {
      const { data } = await stack.query(wanted.replace('ORDER', order));
      const { nodes } = (data as unknown as { contacts: { nodes: { lastName: string }[] } }).contacts;
      return nodes.map(({ lastName }) => lastName.toLowerCase());
    };
    const up = await names('{ field: LAST_NAME }');
    expect(up).toHaveLength(120);
    expect(up).toEqual(up.toSorted());
    expect(await names('{ field: LAST_NAME, direction: DESC }')).toEqual(up.toReversed());
    const newest = await contacts('first: 3, orderBy: { field: HUBSPOT_ID, direction: DESC }');
    expect(ids(newest)).toEqual(['100120', '100119', '100118']);
  });

  it('reads properties apart when they are too many for the request', async () => {
    const [portal] = stack.simulator.portals;
    const names = Array.from({ length: 100 }, (_, index) => `a_rather_long_name_of_a_property_${index}`);
    for (const name of names) portal?.defineProperty('contacts', { name, type: 'string', fieldType: 'text' });
    const query =
      'query ($names: [String!]!) { contacts(query: "copper", first: 3) { totalCount nodes { email properties(names: $names) { name } } } }';
    stack.clock.advance(31 * 60 * 1000);
    const { data, errors } = await stack.query(query, { names });
    expect(errors).toBeUndefined();
    const { nodes } = (data as unknown as { contacts: { nodes: { email: string; properties: object[] }[] } }).contacts;
    expect(nodes.map(({ email, properties }) => [email.slice(0, 5), properties.length])).toEqual([
      ['quinn', 100],
      ['hana.', 100],
      ['amara', 100],
    ]);
    expect(paths()).toEqual(['GET contacts', 'POST contacts/search', 'POST contacts/batch/read']);
    const { data: access } = await stack.query(
      'query ($document: String!) { installation { access(document: $document) { maxHubspotCalls } } }',
      { document: query },
    );
    expect(access).toEqual({ installation: { access: { maxHubspotCalls: 1 + 1 + 3 } } });
  });
});

describe('cursors', () => {
  const FILTER = 'filter: { city: { exists: true } }';

  it('go on after their item, and keep the number of results', async () => {
    for (const order of ['', 'orderBy: { field: HUBSPOT_ID, direction: DESC }', 'orderBy: { field: CITY }']) {
      const all = await contacts(`first: 500, ${FILTER} ${order}`);
      expect(all.totalCount).toBe(120);
      const from = await contacts(`first: 7, ${FILTER} ${order}, after: "${all.edges[59]?.cursor}"`);
      expect(ids(from)).toEqual(ids(all).slice(60, 67));
      expect(from).toMatchObject({ totalCount: 120, pageInfo: { hasNextPage: true } });
    }
  });

  it('belong to their filter, query, order, type and portal', async () => {
    const own = `${FILTER}, orderBy: { field: HUBSPOT_ID }`;
    const { endCursor } = (await contacts(`${own}, first: 2`)).pageInfo;
    const named = (await contacts('query: "copper", orderBy: { field: CITY }, first: 2')).pageInfo.endCursor;
    const listed = (await contacts('first: 2')).pageInfo.endCursor;
    stack.simulator.log.clear();
    for (const [args, after] of [
      ['filter: { city: { exists: false } }', endCursor],
      [`${FILTER}, query: "copper"`, endCursor],
      [`${FILTER}, orderBy: { field: HUBSPOT_ID, direction: DESC }`, endCursor],
      [`${FILTER}, orderBy: { field: CITY }`, endCursor],
      ['first: 2', endCursor],
      ['query: "copper", orderBy: { field: CITY, direction: DESC }', named],
      ['query: "copper"', named],
      [own, listed],
    ]) {
      expect(await refusal(`${args}, after: "${after}"`)).toEqual([{ code: 'BAD_USER_INPUT', argument: 'after' }]);
    }
    expect(paths()).toEqual([]);
    // Spelt otherwise, the same search.
    const same = await contacts(
      `filter: { and: [{ city: { exists: true } }], or: [{ city: { exists: true } }] }, first: 1, after: "${endCursor}"`,
    );
    expect(ids(same)).toEqual(['100003']);
  });

  it('B51 are refused when somebody wrote into them', async () => {
    const named = (await contacts('orderBy: { field: CITY }, first: 2')).pageInfo.endCursor ?? '';
    const [scope, after, id] = JSON.parse(Buffer.from(named, 'base64url').toString());
    stack.simulator.log.clear();
    for (const parts of [
      [scope, '-1', id],
      [scope, '1e3', id],
      [scope, '99999', id],
      [scope, after, ''],
      [scope, '', id],
      [scope, '', id, 5],
      [scope, after, id, -5],
      [scope, after, id, '5'],
      [scope, after, id, 5, 5],
    ]) {
      const forged = Buffer.from(JSON.stringify(parts)).toString('base64url');
      expect(await refusal(`orderBy: { field: CITY }, after: "${forged}"`)).toEqual([
        { code: 'BAD_USER_INPUT', argument: 'after' },
      ]);
    }
    expect(paths()).toEqual([]);
  });
});
