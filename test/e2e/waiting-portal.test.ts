import { afterEach, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

/** Requests that wait for one portal: few by default, as many as a replica has connections with CROWD=10000. */
const CROWD = Number(process.env.CROWD ?? 120);
const HELD = CROWD / 2;
const OTHERS = ['globex', 'initech', 'umbrella'];

let stack: Stack;
afterEach(() => stack.stop());

const viewer = (tenant: string, sub: string): TestViewer => ({ ...ALICE, tenant, sub });
const CONTACT = 'query ($id: ID!) { contact(id: $id) { hubspotId } }';
const DEALS = '{ deals(first: 1) { nodes { hubspotId } } }';

it('a crowd that waits for a portal is held up to a bound, refused beyond it, and slows no other tenant', async () => {
  const portals = OTHERS.map((domain, index) => ({ ...SMALL_PORTAL, hubId: index + 1, domain: `${domain}.example` }));
  stack = await Stack.start({
    env: { MAX_OPERATIONS: String(4 * HELD), MAX_OPERATIONS_PER_TENANT: String(HELD), LOG_LEVEL: 'error' },
    simulator: {
      portals: [{ ...SMALL_PORTAL, size: { contacts: CROWD, deals: 1, companies: 0 } }, ...portals],
      logRequests: CROWD < 1_000,
    },
  });
  await stack.connect();
  for (const [index, tenant] of OTHERS.entries()) {
    await stack.connect({}, viewer(tenant, 'admin'), { portal: String(index + 1) });
    await stack.query(DEALS, {}, viewer(tenant, 'admin'));
  }
  const ids = Array.from({ length: CROWD }, (_, index) => String(100_001 + index));
  await stack.query(CONTACT, { id: ids[0] });
  stack.simulator.log.clear();

  // The portal does not answer, and the clock stands still: whoever is answered is answered at once.
  const silence = stack.simulator.faults.add({ match: '/contacts/', fault: { kind: 'hold' } });
  let refused = 0;
  const crowd = ids.map(async (id, index) => {
    const { raw, answer } = await stack.send(CONTACT, { id }, viewer(ALICE.tenant, `viewer-${index}`));
    if (raw.status === 503) refused += 1;
    return { id, status: raw.status, retryAfter: raw.headers.get('retry-after'), answer };
  });
  await expect.poll(() => refused, { timeout: 60_000 }).toBe(CROWD - HELD);
  expect(await metric('gateway_operations')).toBe(HELD);
  const beside = await Promise.all(
    OTHERS.flatMap((tenant) => Array.from({ length: 20 }, (_, n) => stack.query(DEALS, {}, viewer(tenant, `v${n}`)))),
  );
  for (const answer of beside) expect(answer).toMatchObject({ data: { deals: { nodes: [{}] } } });

  silence.remove();
  const answers = await stack.settle(Promise.all(crowd));
  const held = answers.filter(({ status }) => status === 200);
  expect(held).toHaveLength(HELD);
  for (const { id, answer } of held) expect(answer).toEqual({ data: { contact: { hubspotId: id } } });
  for (const { status, retryAfter, answer } of answers.filter((each) => each.status !== 200)) {
    expect([status, Number(retryAfter) > 0]).toEqual([503, true]);
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
  }
  await expect.poll(() => metric('gateway_operations')).toBe(0);
  expect(await metric('gateway_rate_limit_waiting{budget="general"}')).toBe(0);
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${stack.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}
