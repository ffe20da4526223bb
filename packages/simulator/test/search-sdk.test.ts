import { Client } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_LIMITS } from '../src/limits/limits.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { ManualClock } from '../src/time/manual-clock.ts';
import { CRM_READ } from './helpers/searched-portal.ts';
import { SMALL_PORTAL } from './helpers/small-portal.ts';

let simulator: Simulator;
let client: Client;

beforeAll(async () => {
  simulator = createSimulator({ clock: new ManualClock(), portals: [SMALL_PORTAL], limits: NO_LIMITS });
  const [portal] = simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  const { accessToken } = simulator.grants.issueTokens({ portal, scopes: CRM_READ });
  client = new Client({ basePath: await simulator.listen(), accessToken: accessToken.token });
});

afterAll(() => simulator.close());

describe("HubSpot's SDK searching the simulator", () => {
  it('pages through the hits of filters, sorted', async () => {
    const filters = [{ propertyName: 'createdate', operator: FilterOperatorEnum.Gte, value: '0' }];
    const names: (string | null | undefined)[] = [];
    let after: string | undefined;
    do {
      const page = await client.crm.contacts.searchApi.doSearch({
        filterGroups: [{ filters }],
        sorts: ['-lastname'],
        properties: ['lastname'],
        limit: 50,
        ...(after !== undefined && { after }),
      });
      expect(page.total).toBe(SMALL_PORTAL.size.contacts);
      names.push(...page.results.map(({ properties }) => properties.lastname?.toLowerCase()));
      after = page.paging?.next?.after;
    } while (after !== undefined);
    expect(names).toHaveLength(SMALL_PORTAL.size.contacts);
    expect(names).toEqual(names.toSorted().reverse());
  });

  it('finds a contact by its e-mail address and shows it as a read does', async () => {
    const [contact] = (await client.crm.contacts.basicApi.getPage(1)).results;
    const filters = [
      { propertyName: 'email', operator: FilterOperatorEnum.Eq, value: contact?.properties.email?.toUpperCase() ?? '' },
    ];
    const { total, results } = await client.crm.contacts.searchApi.doSearch({ filterGroups: [{ filters }] });
    expect(total).toBe(1);
    expect(results).toEqual([contact]);
  });

  it('finds deals by a list of ids, and companies by a query', async () => {
    const deals = (await client.crm.deals.basicApi.getPage(3)).results;
    const filters = [
      { propertyName: 'hs_object_id', operator: FilterOperatorEnum.In, values: deals.map(({ id }) => id) },
    ];
    const found = await client.crm.deals.searchApi.doSearch({ filterGroups: [{ filters }] });
    expect(found.results.map(({ id }) => id)).toEqual(deals.map(({ id }) => id));
    const [company] = (await client.crm.companies.basicApi.getPage(1)).results;
    const byDomain = await client.crm.companies.searchApi.doSearch({ query: company?.properties.domain ?? '' });
    expect(byDomain.results.map(({ id }) => id)).toEqual([company?.id]);
  });

  it('meets a 400 where HubSpot has one', async () => {
    await expect(client.crm.contacts.searchApi.doSearch({ limit: 201 })).rejects.toMatchObject({
      code: 400,
      body: { category: 'VALIDATION_ERROR' },
    });
  });
});
