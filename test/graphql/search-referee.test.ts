import { Client } from '@hubspot/api-client';
import type { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CRM_READ } from '../../packages/simulator/test/helpers/searched-portal.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { Stack } from '../helpers/stack.ts';

// HubSpot's own SDK asks the same portal for the same, in bodies that are multiplied out here, without the gateway's code.

interface SdkFilter {
  readonly propertyName: string;
  readonly operator: string;
  readonly value?: string;
  readonly highValue?: string;
  readonly values?: string[];
}

/** A filter in both languages; `groups` is an OR of ANDs. */
interface Wanted {
  readonly input: object;
  readonly groups: readonly (readonly SdkFilter[])[];
}

let stack: Stack;
let sdk: Client;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect({ optionalScopes: ['crm.objects.companies.read'] });
  const [portal] = stack.simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const { accessToken } = stack.simulator.grants.issueTokens({ portal, scopes: CRM_READ });
  sdk = new Client({ basePath: stack.config.hubspot.apiUrl, accessToken: accessToken.token });
});
afterAll(() => stack.stop());

const OPERATORS = { eq: 'EQ', neq: 'NEQ', lt: 'LT', lte: 'LTE', gt: 'GT', gte: 'GTE' } as const;

function test(field: string, input: object, ...filters: readonly SdkFilter[]): Wanted {
  return { input: { [field]: input }, groups: [filters] };
}

const word = fc.constantFrom('münchen', 'toronto', 'LONDON', 'Chicago', 'nowhere');
const texts = fc
  .constantFrom(['city', 'city'], ['lastName', 'lastname'], ['companyName', 'company'])
  .chain(([field = '', propertyName = '']) =>
    fc.oneof(
      fc
        .tuple(fc.constantFrom('eq', 'neq'), word)
        .map(([operator, value]) =>
          test(field, { [operator]: value }, { propertyName, operator: OPERATORS[operator as 'eq'], value }),
        ),
      fc
        .uniqueArray(word, { minLength: 1, maxLength: 3 })
        .map((values) =>
          test(
            field,
            { in: values },
            { propertyName, operator: 'IN', values: values.map((value) => value.toLowerCase()) },
          ),
        ),
      fc
        .constantFrom('*o*', 'münchen', 'C*', 'energy')
        .map((value) => test(field, { contains: value }, { propertyName, operator: 'CONTAINS_TOKEN', value })),
      fc
        .boolean()
        .map((exists) =>
          test(field, { exists }, { propertyName, operator: exists ? 'HAS_PROPERTY' : 'NOT_HAS_PROPERTY' }),
        ),
    ),
  );

const stage = fc.constantFrom('lead', 'customer', 'opportunity', 'LEAD');
const propertyName = 'lifecyclestage';
const options = fc.oneof(
  stage.map((value) => test('lifecycleStage', { eq: value }, { propertyName, operator: 'EQ', value })),
  fc
    .uniqueArray(stage, { minLength: 1 })
    .map((values) => test('lifecycleStage', { notIn: values }, { propertyName, operator: 'NOT_IN', values })),
  fc
    .constantFrom<[boolean, string]>([true, 'HAS_PROPERTY'], [false, 'NOT_HAS_PROPERTY'])
    .map(([exists, operator]) => test('leadStatus', { exists }, { propertyName: 'hs_lead_status', operator })),
);

const moment = fc.integer({ min: 0, max: 730 }).map((days) => Date.UTC(2024, 10, 23) + days * 86_400_000);
const iso = (epochMs: number) => new Date(epochMs).toISOString();
const moments = fc
  .constantFrom(
    ['createdAt', 'createdate'],
    ['updatedAt', 'lastmodifieddate'],
    ['lastContactedAt', 'notes_last_contacted'],
  )
  .chain(([field = '', propertyName = '']) =>
    fc
      .tuple(moment, moment)
      .chain(([a, b]) =>
        fc.constantFrom(
          test(field, { gte: iso(a) }, { propertyName, operator: 'GTE', value: String(a) }),
          test(field, { lt: iso(a) }, { propertyName, operator: 'LT', value: String(a) }),
          test(
            field,
            { gt: iso(a), lte: iso(b) },
            { propertyName, operator: 'GT', value: String(a) },
            { propertyName, operator: 'LTE', value: String(b) },
          ),
          test(
            field,
            { between: [iso(a), iso(b)] },
            { propertyName, operator: 'BETWEEN', value: String(a), highValue: String(b) },
          ),
        ),
      ),
  );

const custom = fc.integer({ min: 100_000, max: 100_121 }).chain((id) =>
  fc.constantFrom(...(['lt', 'gte', 'neq'] as const)).map(
    (operator): Wanted => ({
      input: { property: [{ name: 'hs_object_id', [operator]: String(id) }] },
      groups: [[{ propertyName: 'hs_object_id', operator: OPERATORS[operator], value: String(id) }]],
    }),
  ),
);

const associatedRecords = fc
  .integer({ min: 200_001, max: 200_020 })
  .map((company) =>
    test(
      'associatedWith',
      { objectType: 'COMPANY', id: `Company:1234567:${company}` },
      { propertyName: 'associations.company', operator: 'EQ', value: String(company) },
    ),
  );

/** Every one of the first with every one of the second, and so on. */
function product(all: readonly Wanted[]): Wanted['groups'] {
  return all.reduce<Wanted['groups']>(
    (groups, { groups: others }) => groups.flatMap((group) => others.map((other) => [...group, ...other])),
    [[]],
  );
}

const leaf = fc.oneof(texts, options, moments, custom, associatedRecords);
const { wanted } = fc.letrec<{ wanted: Wanted }>((tie) => ({
  wanted: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .array(tie('wanted'), { maxLength: 3 })
      .map((all) => ({ input: { and: all.map(({ input }) => input) }, groups: product(all) })),
    fc
      .array(tie('wanted'), { maxLength: 3 })
      .map((any) => ({ input: { or: any.map(({ input }) => input) }, groups: any.flatMap(({ groups }) => groups) })),
    // Fields of one input, and `or` beside them.
    fc
      .tuple(texts, moments, options, fc.array(tie('wanted'), { minLength: 1, maxLength: 2 }))
      .map(([a, b, c, any]) => ({
        input: { ...a.input, ...b.input, ...c.input, or: any.map(({ input }) => input) },
        groups: product([a, b, c, { input: {}, groups: any.flatMap(({ groups }) => groups) }]),
      })),
  ),
}));

const withinLimits = ({ groups }: Wanted) =>
  groups.length <= 5 && groups.every((filters) => filters.length <= 6) && groups.flat().length <= 18;

async function foundBySdk({ groups }: Wanted): Promise<string[]> {
  if (groups.length === 0) return [];
  const filterGroups = groups.map((filters) => ({
    // The SDK's enum has the operators' names for values.
    filters: filters.map((filter) => ({ ...filter, operator: filter.operator as FilterOperatorEnum })),
  }));
  const everything = groups.some((filters) => filters.length === 0);
  const { results } = await sdk.crm.contacts.searchApi.doSearch({ ...(!everything && { filterGroups }), limit: 200 });
  return results.map(({ id }) => id);
}

const QUERY =
  'query ($filter: ContactFilter, $first: Int) { contacts(first: $first, filter: $filter) { totalCount nodes { hubspotId } } }';

it("finds what HubSpot's own SDK finds, with requests that HubSpot takes", async () => {
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(wanted.filter(withinLimits), async (each) => {
      const expected = await foundBySdk(each);
      stack.simulator.log.clear();
      const { data, errors } = await stack.query(QUERY, { filter: each.input, first: 500 });
      expect(errors).toBeUndefined();
      const nodes = expected.map((hubspotId) => ({ hubspotId }));
      expect(data).toEqual({ contacts: { totalCount: expected.length, nodes } });
      sizes.add(expected.length);

      for (const { path, status, body } of stack.simulator.log.crm()) {
        if (!path.endsWith('/search')) continue;
        expect(status).toBe(200);
        expect(JSON.stringify(body).length).toBeLessThanOrEqual(3_000);
        const { filterGroups = [] } = body as { filterGroups?: { filters: object[] }[] };
        expect(withinLimits({ input: {}, groups: filterGroups.map(({ filters }) => filters as SdkFilter[]) })).toBe(
          true,
        );
      }
    }),
    { seed: FUZZ_SEED, numRuns: 60 * FUZZ_SCALE },
  );
  // The filters were neither all too narrow nor all too wide.
  expect(sizes.size).toBeGreaterThan(10);
});
