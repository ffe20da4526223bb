import fc from 'fast-check';
import { dealPipeline, type Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomOperation } from '../../helpers/random-operation.ts';
import { ALICE, Stack, type TestViewer } from '../../helpers/stack.ts';

const RUNS = Number(process.env.CALL_BOUND_RUNS ?? 120);
/** Older than this, nothing that was looked up is served any more. */
const FORGOTTEN_MS = 31 * 60 * 1000;

/** Portals by what takes HubSpot more than one page to answer. */
const PORTALS = [
  { owners: 3, archived: 0, stages: 5, contacts: 4 },
  { owners: 130, archived: 20, stages: 40, contacts: 120 },
  { owners: 620, archived: 230, stages: 100, contacts: 520 },
];

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: {
      portals: PORTALS.map(({ contacts }, index) => ({
        hubId: index + 1,
        domain: `p${index}.example`,
        user: `admin@p${index}.example`,
        size: { contacts, deals: contacts, companies: 20 },
      })),
    },
  });
  const scopes = stack.config.hubspot.optionalScopes;
  for (const [index, portal] of stack.simulator.portals.entries()) {
    furnish(portal, PORTALS[index]);
    await stack.connect({ optionalScopes: scopes }, viewerOf(index), { portal: String(index + 1), granted: scopes });
  }
});
afterAll(() => stack.stop());

function viewerOf(portal: number): TestViewer {
  return { ...ALICE, tenant: `portal-${portal}` };
}

function furnish(portal: Portal, facts = PORTALS[0]): void {
  const [someone] = portal.owners;
  if (!someone || !facts) throw new TypeError('a portal has owners');
  const own = Array.from({ length: facts.owners + facts.archived }, (_, index) => ({
    ...someone,
    id: String(1_000 + index),
    archived: index >= facts.owners,
  }));
  portal.owners.splice(0, Number.POSITIVE_INFINITY, ...own);
  for (const type of ['contacts', 'deals'] as const) {
    for (const [index, record] of [...portal.records(type)].entries()) {
      portal.update(type, record, { hubspot_owner_id: String(1_000 + (index % (own.length + 1))) });
    }
  }
  portal.pipelines.deals.push(
    dealPipeline(
      { id: 'long', label: 'Long', displayOrder: 9, createdAt: 0 },
      Array.from({ length: facts.stages }, (_, index) => [`s${index}`, `Stage ${index}`, index / facts.stages]),
    ),
  );
  for (const type of ['contacts', 'deals'] as const) {
    portal.defineProperty(type, {
      ...{ name: 'many_options', type: 'enumeration', fieldType: 'select' },
      options: Array.from({ length: 150 }, (_, index) => ({
        ...{ label: `Option ${index}`, value: `o${index}`, description: '', displayOrder: index, hidden: false },
      })),
    });
  }
}

const operations = randomOperation(
  {
    contact: ['(id: "100001")', '(id: "100004")', '(id: "1")'],
    contactByEmail: ['(email: "nobody@nowhere.example")'],
    deal: ['(id: "300001")', '(id: "300003")'],
    company: ['(id: "200001")', '(id: "1")'],
    owner: ['(id: "1000")', '(id: "1"), ', '(id: "1700")'],
    owners: ['', '(first: 500)', '(email: "nobody@nowhere.example")'],
    contacts: ['', '(first: 2)', '(first: 100)'],
    deals: ['', '(first: 3)'],
    companies: ['(first: 1)', '(first: 2)'],
    'Query.contacts': ['', '(first: 500)', '(first: 101)', '(query: "a", first: 250)', '(first: 2, archived: true)'],
    'Query.deals': ['', '(first: 300)', '(first: 201, orderBy: { field: AMOUNT })'],
    'Query.companies': ['(first: 3)', '(first: 2, filter: { property: [{ name: "zip", exists: true }] })'],
    property: ['(name: "many_options")', '(name: "phone")', '(name: "nothing_of_the_kind")'],
    properties: ['(names: ["hubspot_owner_id", "city", "many_options"])', '(names: [])'],
    'Query.properties': ['(objectType: CONTACT)', '(objectType: DEAL)'],
    'Query.writeRules': ['(objectType: CONTACT)', '(objectType: DEAL)'],
    'Installation.properties': ['(objectType: COMPANY)'],
  },
  ['access', 'requiredScopes', 'node', 'viewer', 'installations'],
);

const ACCESS =
  'query ($document: String!) { installation { access(document: $document) { maxHubspotCalls maxRows } } }';

interface Reported {
  readonly installation: { readonly access: { readonly maxHubspotCalls: number; readonly maxRows: number } };
}

async function maxHubspotCalls(document: string, portal: number): Promise<number> {
  const { data, errors } = await stack.query(ACCESS, { document }, viewerOf(portal));
  expect(errors).toBeUndefined();
  return (data as unknown as Reported).installation.access.maxHubspotCalls; // The shape of the query above.
}

/** Calls of one operation, and of what it had read again behind it. */
async function counted(document: string, portal: number): Promise<number> {
  stack.simulator.log.clear();
  await stack.query(document, {}, viewerOf(portal));
  return stack.simulator.log.crm().length;
}

it.each([
  ['knows nothing of the portal', FORGOTTEN_MS],
  ['knows the portal', 0],
])('no operation takes more calls than `access` reports, when the gateway %s', async (_case, passedMs) => {
  await fc.assert(
    fc.asyncProperty(operations, fc.nat(PORTALS.length - 1), async (document, portal) => {
      stack.clock.advance(passedMs);
      const bound = await maxHubspotCalls(document, portal);
      expect(await counted(document, portal)).toBeLessThanOrEqual(bound);
    }),
    { numRuns: RUNS },
  );
});

it('counts for the owners what reading them took last, and a page more of either list', async () => {
  stack.clock.advance(FORGOTTEN_MS);
  const largest = PORTALS.length - 1;
  const document = '{ owner(id: "1") { id } }';
  const calls = await counted(document, largest);
  expect(calls).toBe(Math.ceil(620 / 100) + Math.ceil(230 / 100));
  expect(await maxHubspotCalls(document, largest)).toBe(calls + 2);
});
