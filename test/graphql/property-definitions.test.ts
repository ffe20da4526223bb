import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  stack.simulator.portals[0]?.defineProperty('companies', {
    ...{ name: 'contract_number', label: 'Contract number', type: 'string', fieldType: 'text' },
    ...{ description: 'As it stands on paper.', hasUniqueValue: true, hidden: true },
  });
  await stack.connect();
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());

interface Definition {
  readonly name: string;
}

const DEFINITION =
  'name label type fieldType description groupName options { value label } readOnly hidden unique sensitivity';

async function definitions(objectType: string): Promise<readonly Definition[]> {
  const { data, errors } = await stack.query(`{ properties(objectType: ${objectType}) { ${DEFINITION} } }`);
  expect(errors).toBeUndefined();
  return (data as unknown as { properties: Definition[] }).properties;
}

describe('definitions', () => {
  it.each([
    ['CONTACT', 'contacts'],
    ['DEAL', 'deals'],
    ['COMPANY', 'companies'],
  ] as const)('of %s are all that the portal has', async (objectType, type) => {
    const names = (await definitions(objectType)).map(({ name }) => name);
    expect(names).toEqual(stack.simulator.portals[0]?.definitions(type).map(({ name }) => name));
  });

  it("show what HubSpot and the portal's administrators laid down", async () => {
    const companies = await definitions('COMPANY');
    expect(companies.find(({ name }) => name === 'contract_number')).toEqual({
      name: 'contract_number',
      label: 'Contract number',
      type: 'STRING',
      fieldType: 'text',
      description: 'As it stands on paper.',
      groupName: 'companyinformation',
      options: [],
      readOnly: false,
      hidden: true,
      unique: true,
      sensitivity: 'NON_SENSITIVE',
    });
    expect(companies.find(({ name }) => name === 'type')).toMatchObject({
      type: 'ENUMERATION',
      description: null,
      options: expect.arrayContaining([{ value: 'PARTNER', label: 'Partner' }]),
      readOnly: false,
    });
    expect(companies.find(({ name }) => name === 'createdate')).toMatchObject({ type: 'DATETIME', readOnly: true });
  });

  it('are read once for many questions', async () => {
    stack.clock.advance(31 * 60 * 1000);
    await stack.query('{ a: properties(objectType: DEAL) { name } b: properties(objectType: DEAL) { label } }');
    await definitions('DEAL');
    expect(
      stack.simulator.log
        .crm()
        .map(({ query }) => query.dataSensitivity ?? '')
        .toSorted(),
    ).toEqual(['', 'highly_sensitive', 'sensitive']);
  });

  it('are those of the installation that is asked', async () => {
    const { data, errors } = await stack.query('{ installation { properties(objectType: COMPANY) { name } } }');
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toContain('"contract_number"');
  });
});

describe('definitions of a type that the grant does not reach', () => {
  let partial: Stack;
  beforeAll(async () => {
    const scopes = ['oauth', 'crm.schemas.deals.read', 'crm.objects.companies.write'];
    partial = await Stack.start({
      simulator: { app: { requiredScopes: scopes, optionalScopes: [] } },
      env: { HUBSPOT_SCOPES: scopes.join(' '), HUBSPOT_OPTIONAL_SCOPES: '' },
    });
    await partial.connect();
    partial.simulator.log.clear();
  });
  afterAll(() => partial.stop());

  it('are refused before any call, by type; the others are served by whatever scope opens them', async () => {
    const query = `query ($contacts: CrmObjectType!) {
      contacts: properties(objectType: $contacts) { name }
      again: properties(objectType: CONTACT) { name }
      deals: properties(objectType: DEAL) { name }
      companies: properties(objectType: COMPANY) { name }
      dealPipelines { hubspotId }
    }`;
    const { data, errors } = await partial.query(query, { contacts: 'CONTACT' });
    expect(data).toEqual({
      ...{ contacts: null, again: null, deals: expect.anything(), companies: expect.anything() },
      dealPipelines: [{ hubspotId: 'default' }, { hubspotId: expect.any(String) }],
    });
    expect(errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [
        ['contacts'],
        {
          code: 'MISSING_SCOPES',
          installationId: expect.any(String),
          coordinate: 'Query.properties',
          requiredScopes: [
            ['crm.objects.contacts.read'],
            ['crm.schemas.contacts.read'],
            ['crm.objects.contacts.write'],
          ],
          missingScopes: ['crm.objects.contacts.read'],
          remedy: expect.anything(),
        },
      ],
    ]);
    expect(partial.simulator.log.crm().filter(({ path }) => path.includes('contacts'))).toEqual([]);
  });
});
