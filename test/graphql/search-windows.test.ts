import { afterAll, beforeAll, expect, it } from 'vitest';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { STORM_SCALE } from '../helpers/storm-scale.ts';

/** More than one window of 10,000. */
const HITS = Math.min(12_000 * STORM_SCALE, 25_000);

let stack: Stack;
let all: readonly string[];
beforeAll(async () => {
  const portals = [{ ...SMALL_PORTAL, size: { contacts: 0, deals: 0, companies: 0 } }];
  stack = await Stack.start({ simulator: { portals } });
  const [portal] = stack.simulator.portals;
  // Imported at once: nothing but their ids tells them apart in time.
  all = Array.from({ length: HITS }, (_, index) => {
    const values = { email: `${index}@meadowbrook.example`, lastname: `Name ${index % 7}` };
    return portal?.create('contacts', values).id ?? '';
  });
  portal?.searchIndex.catchUp();
  await stack.connect();
});
afterAll(() => stack.stop());

interface Page {
  readonly totalCount: number;
  readonly nodes: readonly { readonly hubspotId: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

function ask(args: string, after: string | null) {
  const query = `query ($after: String) { contacts(first: 500, after: $after, ${args}) {
    totalCount nodes { hubspotId } pageInfo { hasNextPage endCursor }
  } }`;
  return stack.query(query, { after });
}

/** Pages until there are no more, or until `pages` were read. */
async function read(args: string, pages = Number.POSITIVE_INFINITY) {
  const ids: string[] = [];
  const totals = new Set<number>();
  let after: string | null = null;
  for (let count = 0; count < pages; count += 1) {
    const { data, errors } = await ask(args, after);
    expect(errors).toBeUndefined();
    const { contacts } = data as unknown as { contacts: Page };
    ids.push(...contacts.nodes.map(({ hubspotId }) => hubspotId));
    totals.add(contacts.totalCount);
    after = contacts.pageInfo.endCursor;
    if (!contacts.pageInfo.hasNextPage) break;
  }
  return { ids, totals: [...totals], after };
}

it(`pages through ${HITS} hits in order, each exactly once`, { timeout: 120_000 }, async () => {
  const { ids, totals } = await read('filter: { email: { exists: true } }');
  expect(ids).toEqual(all);
  expect(totals).toEqual([HITS]);
  const calls = stack.simulator.log.crm();
  expect(calls).toHaveLength(Math.ceil(HITS / 500) * 3);
  expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]));
});

it('pages down through 12,000 hits of a query', { timeout: 120_000 }, async () => {
  const order = 'query: "meadowbrook.example", orderBy: { field: HUBSPOT_ID, direction: DESC }';
  const { ids, totals } = await read(order, 24);
  expect(ids).toEqual(all.toReversed().slice(0, 12_000));
  expect(totals).toEqual([HITS]);
});

it('ends any other order at 10,000, and says so before the call', { timeout: 120_000 }, async () => {
  const order = 'orderBy: { field: LAST_NAME }';
  const { ids, after } = await read(order, 20);
  expect(ids).toEqual(
    all.toSorted((a, b) => ((Number(a) - 100_001) % 7) - ((Number(b) - 100_001) % 7)).slice(0, 10_000),
  );
  stack.simulator.log.clear();
  const { data, errors } = await ask(order, after);
  expect(data).toEqual({ contacts: null });
  expect(errors).toMatchObject([
    {
      message: expect.stringContaining('10000'),
      extensions: { code: 'BAD_USER_INPUT', argument: 'after' },
    },
  ]);
  expect(stack.simulator.log.crm()).toEqual([]);
});
