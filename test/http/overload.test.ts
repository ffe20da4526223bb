import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, Stack, type TestViewer } from '../helpers/stack.ts';

const LIMITS = { MAX_OPERATIONS: '12', MAX_OPERATIONS_PER_TENANT: '6', MAX_OPERATIONS_PER_VIEWER: '3' };
const TENANTS = ['acme', 'globex', 'initech', 'umbrella'];
const READ = '{ contacts(first: 1) { nodes { id } } }';
const WRITE = 'mutation { archiveContact(input: { id: "1" }) { archivedId } }';

let stack: Stack;
beforeAll(async () => {
  // HubSpot answers when the clock goes on: until then, whatever was asked is under way.
  stack = await Stack.start({ env: LIMITS, simulator: { latencyMs: 1_000 } });
  for (const tenant of TENANTS) await stack.connect({}, viewer(tenant, 'admin'));
  // A document takes the fast path from its second execution on.
  for (const tenant of TENANTS) await stack.settle(stack.query(READ, {}, viewer(tenant, 'admin')));
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(async () => {
  await stack.settle(Promise.all(asked.splice(0).map(({ answer }) => answer.catch(() => {}))));
  await expect.poll(operationsInFlight).toBe(0);
});

interface Asked {
  readonly answer: Promise<{ raw: Response; answer: { data?: unknown; errors?: unknown } }>;
}
const asked: Asked[] = [];

function viewer(tenant: string, sub: string): TestViewer {
  return { ...ALICE, tenant, sub };
}

function ask(by: TestViewer, query = READ): Asked {
  const one = { answer: stack.send(query, {}, by) };
  asked.push(one);
  return one;
}

/** So many operations that nobody answers, under way. */
async function hold(count: number, by: TestViewer): Promise<void> {
  const before = await operationsInFlight();
  for (let held = 0; held < count; held += 1) ask(by);
  await expect.poll(operationsInFlight).toBe(before + count);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}
const operationsInFlight = () => metric('gateway_operations');
const refusals = (reason: string) => metric(`gateway_refusals_total{door="operation",reason="${reason}"}`);

/** The refusal of one more operation: at once, while the clock stands still. */
async function expectRefused(by: TestViewer, reason: string, query = READ): Promise<void> {
  const before = await refusals(reason);
  const { raw, answer } = await stack.send(query, {}, by);
  expect(raw.status).toBe(503);
  const retryAfterMs = Number(answer.errors?.[0]?.extensions.retryAfterMs);
  expect(answer).toEqual({
    errors: [
      {
        message: 'The gateway has more to do than it can hold. Send the request again in a moment.',
        extensions: { retryAfterMs, code: 'OVERLOADED' },
      },
    ],
  });
  expect(retryAfterMs).toBeGreaterThanOrEqual(1_000);
  expect(retryAfterMs).toBeLessThanOrEqual(5_000);
  expect(raw.headers.get('connection')).toBe(query === READ ? 'close' : 'keep-alive');
  expect(raw.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
  expect(await refusals(reason)).toBe(before + 1);
}

describe('beyond a limit', () => {
  it.each([
    ['a known document', READ],
    ['a new document', '{ contacts(first: 2) { nodes { id } } }'],
    ['a mutation', WRITE],
  ])('%s is refused at once with 503, Retry-After and OVERLOADED, and nothing is called', async (_name, query) => {
    await hold(3, viewer('acme', 'alice'));
    await expectRefused(viewer('acme', 'alice'), 'viewer', query);
    await stack.settle(Promise.all(asked.map(({ answer }) => answer)));
    const calls = stack.simulator.log.crm().map(({ method, query: { limit } }) => `${method} ${limit}`);
    expect(new Set(calls)).toEqual(new Set(['GET 1']));
  });

  it('a request of another server is refused alike', async () => {
    await hold(3, viewer('acme', 'alice'));
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${stack.token(viewer('acme', 'alice'))}`,
    };
    const body = JSON.stringify({ query: READ });
    const answer = await stack.gateway.fetch(
      new Request('http://host.example/graphql', { method: 'POST', headers, body }),
    );
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-5]$/);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
  });

  it('the log names the tenant, ten times a minute', async () => {
    await hold(3, viewer('acme', 'alice'));
    stack.logs.splice(0);
    for (let count = 0; count < 15; count += 1) await expectRefused(viewer('acme', 'alice'), 'viewer');
    const lines = stack.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'an operation found no room');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(stack.logs.join()).not.toContain('alice');
    for (const line of lines) expect(line).toMatchObject({ level: 'warn', reason: 'viewer', tenantId: 'acme' });
  });
});

describe('fairness', () => {
  it('a viewer with too much under way takes nothing from the others of the tenant', async () => {
    await hold(3, viewer('acme', 'alice'));
    await expectRefused(viewer('acme', 'alice'), 'viewer');
    await hold(1, viewer('acme', 'bob'));
    await hold(1, viewer('acme', 'carol'));
  });

  it('two viewers of one name in two tenants are two', async () => {
    await hold(3, viewer('acme', 'alice'));
    await hold(3, viewer('globex', 'alice'));
  });

  it('a tenant with too much under way takes nothing from the others', async () => {
    for (const sub of ['a', 'b', 'c', 'd', 'e', 'f']) await hold(1, viewer('acme', sub));
    await expectRefused(viewer('acme', 'g'), 'tenant');
    await hold(1, viewer('globex', 'a'));
  });

  it('leaves room for a tenant that has nothing under way, however greedy the others are', async () => {
    for (const tenant of ['acme', 'globex']) {
      for (const sub of ['a', 'b', 'c']) await hold(1, viewer(tenant, sub));
    }
    for (const sub of ['d', 'e']) await hold(1, viewer('acme', sub));
    // Of twelve, eight are taken: acme has more than are free.
    await expectRefused(viewer('acme', 'f'), 'replica');
    await hold(1, viewer('globex', 'd'));
    await expectRefused(viewer('globex', 'e'), 'replica');
    await hold(1, viewer('initech', 'a'));
    await hold(1, viewer('umbrella', 'a'));
    await expectRefused(viewer('umbrella', 'b'), 'replica');
  });
});

describe('room is free again', () => {
  it('when operations are answered', async () => {
    await hold(3, viewer('acme', 'alice'));
    await expectRefused(viewer('acme', 'alice'), 'viewer');
    const held = await stack.settle(Promise.all(asked.map(({ answer }) => answer)));
    expect(held.map(({ raw }) => raw.status)).toEqual([200, 200, 200]);
    expect(held.every(({ answer }) => answer.errors === undefined)).toBe(true);
    await hold(3, viewer('acme', 'alice'));
  });

  it('when operations fail', async () => {
    stack.simulator.faults.add({ match: '^GET /crm/', fault: { kind: 'answer', status: 500 } });
    await stack.settle(Promise.all(Array.from({ length: 9 }, () => stack.query(READ, {}, viewer('acme', 'alice')))));
    stack.simulator.faults.clear();
    await expect.poll(operationsInFlight).toBe(0);
  });

  it('when clients leave', async () => {
    const clients = Array.from({ length: 3 }, () => new AbortController());
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${stack.token(viewer('acme', 'alice'))}`,
    };
    const left = clients.map(({ signal }) =>
      fetch(`${stack.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: READ }), signal }),
    );
    await expect.poll(operationsInFlight).toBe(3);
    for (const client of clients) client.abort();
    expect((await Promise.allSettled(left)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    await expect.poll(operationsInFlight).toBe(0);
    await hold(3, viewer('acme', 'alice'));
  });
});
