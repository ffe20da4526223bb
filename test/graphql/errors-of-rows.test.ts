import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMPILED_AT_USE } from '../../src/graphql/execution/operation-paths.ts';
import { type Answer, Stack } from '../helpers/stack.ts';

const OPTIONAL = ['crm.objects.owners.read', 'crm.objects.companies.read'];

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect({ optionalScopes: OPTIONAL }, undefined, { granted: OPTIONAL });
});
afterAll(() => stack.stop());
// What was cached is read again.
beforeEach(() => stack.clock.advance(31 * 60 * 1000));
afterEach(() => stack.simulator.faults.clear());

function fail(match: string, status: number, body: object = {}, times?: number): void {
  const fault = { kind: 'answer', status, body: JSON.stringify(body) } as const;
  stack.simulator.faults.add({ match, fault, ...(times !== undefined && { times }) });
}

/** The first answer, having made sure that the compiled operation answers the same. */
async function ask(query: string): Promise<Answer> {
  const first = await stack.settle(stack.query(query));
  for (let use = 0; use < COMPILED_AT_USE + 2; use += 1) {
    const answer = await stack.settle(stack.query(query));
    expect(answer.data).toEqual(first.data);
    expect(reported(answer)).toEqual(reported(first));
  }
  return first;
}

/** In any order: what is asked for at the same time may fail in any. */
function reported({ errors = [] }: Answer): (readonly [string, unknown])[] {
  return errors
    .map(({ path, extensions }) => [path?.join('.') ?? '', extensions?.code] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('an error of every row of a list is reported once', () => {
  const DEALS = '{ contacts(first: 20) { nodes { id deals(first: 2) { nodes { name } } } } }';

  it('of its associated records, by the first row that has any', async () => {
    fail('^POST .*/deals/batch/read$', 400, { category: 'VALIDATION_ERROR', correlationId: 'one' });
    const answer = await ask(DEALS);
    expect(reported(answer)).toEqual([[expect.stringMatching(/^contacts\.nodes\.\d+\.deals$/), 'HUBSPOT_BAD_REQUEST']]);
    const { nodes } = (answer.data as unknown as { contacts: { nodes: { deals: unknown }[] } }).contacts;
    expect(nodes).toHaveLength(20);
    expect(nodes.filter(({ deals }) => deals === null).length).toBeGreaterThan(1);
  });

  it('of its owners and stages, each by its own coordinate', async () => {
    fail('^GET .*/owners/', 403);
    fail('^GET .*/pipelines/', 404);
    const answer = await ask('{ deals(first: 20) { nodes { owner { email } stage { label } pipeline { label } } } }');
    expect(reported(answer).map(([path, code]) => [path.replace(/\d+/, 'n'), code])).toEqual([
      ['deals.nodes.n.owner', 'HUBSPOT_FORBIDDEN'],
      ['deals.nodes.n.pipeline', 'HUBSPOT_BAD_REQUEST'],
      ['deals.nodes.n.stage', 'HUBSPOT_BAD_REQUEST'],
    ]);
  });

  it('of values that cannot be read', async () => {
    const results = Array.from({ length: 30 }, (_, index) => ({
      ...{ id: String(300_001 + index), archived: false, createdAt: '2026-01-01', updatedAt: '2026-01-01' },
      properties: { amount: 'much', closedate: 'soon' },
    }));
    fail('^GET .*/deals$', 200, { results });
    const answer = await ask('{ deals(first: 30) { nodes { amount closeDate } } }');
    expect(reported(answer)).toEqual([
      ['deals.nodes.0.amount', 'HUBSPOT_BAD_RESPONSE'],
      ['deals.nodes.0.closeDate', 'HUBSPOT_BAD_RESPONSE'],
    ]);
  });
});

describe('different errors are reported separately', () => {
  it('single records that were asked for by name, and inputs', async () => {
    fail('^POST .*/contacts/batch/read$', 400);
    const records = await ask('{ a: contact(id: "100001") { email } b: contact(id: "100002") { email } }');
    expect(reported(records).map(([path]) => path)).toEqual(['a', 'b']);
    const inputs = await ask('{ a: contacts(first: 0) { totalCount } b: contacts(first: 0) { totalCount } }');
    expect(reported(inputs)).toEqual([
      ['a', 'BAD_USER_INPUT'],
      ['b', 'BAD_USER_INPUT'],
    ]);
  });

  it('two lists of one portal are one, two portals are two', async () => {
    fail('^POST .*/deals/batch/read$', 400);
    const list = 'contacts(first: 20) { nodes { deals(first: 1) { nodes { name } } } }';
    const once = await stack.settle(stack.query(`{ a: ${list} b: ${list} }`));
    expect(reported(once)).toHaveLength(1);
    const perInstallation = await stack.settle(stack.query(`{ installations { ${list} } installation { ${list} } }`));
    expect(reported(perInstallation).map(([path]) => path.split('.')[0])).toEqual(['installation', 'installations']);
  });
});
