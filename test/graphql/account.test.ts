import { euAccount, type Portal, usAccount } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const FACTS = 'portalName timeZone currency additionalCurrencies uiDomain dataHostingLocation';
const HOUR_MS = 60 * 60 * 1000;
const RECORD = {
  ...{ id: '100001', properties: { email: 'ada@one.example' }, archived: false },
  ...{ createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' },
};
/** HubSpot leaves the URL of a record out, as it did in older answers. */
const WITHOUT_URL = {
  match: '^POST .*/contacts/batch/read$',
  fault: { kind: 'answer', status: 200, body: JSON.stringify({ status: 'COMPLETE', results: [RECORD] }) },
} as const;

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, account: euAccount('Meadowbrook') }] } });
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  [portal] = stack.simulator.portals as [Portal];
});
afterAll(() => stack.stop());
beforeEach(() => {
  // What is cached is forgotten.
  stack.clock.advance(24 * HOUR_MS);
  portal.account = euAccount('Meadowbrook');
  stack.simulator.faults.clear();
  stack.simulator.log.clear();
});

const calls = () => stack.simulator.log.crm().map(({ method, path }) => `${method} ${path}`);
const DETAILS = 'GET /account-info/2026-09/details';

describe('the settings of a portal', () => {
  it('are read in one call, whatever is selected of them', async () => {
    const { data, errors } = await stack.query(`{ installation { ${FACTS} } installations { ${FACTS} } }`);
    expect(errors).toBeUndefined();
    const facts = {
      ...{ portalName: 'Meadowbrook', timeZone: 'Europe/Berlin', currency: 'EUR' },
      ...{ additionalCurrencies: ['GBP', 'USD'], uiDomain: 'app-eu1.hubspot.com', dataHostingLocation: 'eu1' },
    };
    expect(data).toEqual({ installation: facts, installations: [facts] });
    expect(calls()).toEqual([DETAILS]);
  });

  it('cost no call when none is selected', async () => {
    await stack.query('{ installation { id hubDomain status grantedScopes } }');
    expect(calls()).toEqual([]);
  });

  it('are served for four hours, and read again behind the answer for a day', async () => {
    const name = async () => (await stack.query('{ installation { portalName } }')).data;
    await name();
    portal.account = usAccount('Renamed');
    stack.clock.advance(4 * HOUR_MS - 1);
    expect(await name()).toEqual({ installation: { portalName: 'Meadowbrook' } });
    expect(calls()).toHaveLength(1);
    stack.clock.advance(1);
    expect(await name()).toEqual({ installation: { portalName: 'Meadowbrook' } });
    await expect.poll(() => calls().length).toBe(2);
    expect(await name()).toEqual({ installation: { portalName: 'Renamed' } });
  });

  it('are null where HubSpot does not tell them, and where it tells nonsense', async () => {
    const body = { portalId: 1234567, timeZone: 7, additionalCurrencies: ['EUR', 7, null], uiDomain: 'evil.example/x' };
    stack.simulator.faults.add({
      match: 'GET .*/account-info/',
      fault: { kind: 'answer', status: 200, body: JSON.stringify(body) },
    });
    expect((await stack.query(`{ installation { ${FACTS} } }`)).data).toEqual({
      installation: {
        ...{ portalName: null, timeZone: null, currency: null, additionalCurrencies: ['EUR'] },
        ...{ uiDomain: null, dataHostingLocation: null },
      },
    });
  });

  it('fail alone when HubSpot fails', async () => {
    stack.simulator.faults.add({ match: 'GET .*/account-info/', fault: { kind: 'answer', status: 200, body: '[]' } });
    const { data, errors } = await stack.query(
      '{ installation { hubId portalName } contact(id: "100001") { hubspotId } }',
    );
    expect(data).toEqual({ installation: { hubId: '1234567', portalName: null }, contact: { hubspotId: '100001' } });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['HUBSPOT_BAD_RESPONSE']);
  });

  it('need the permission to read', async () => {
    const viewer = { ...ALICE, scope: 'hubspot:connect' };
    const { errors } = await stack.query('{ installation { portalName } }', {}, viewer);
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect(calls()).toEqual([]);
  });

  it('count in the bound of an operation', async () => {
    const document = '{ installation { portalName timeZone } }';
    const { data } = await stack.query(
      'query ($document: String!) { installation { access(document: $document) { allowed maxHubspotCalls } } }',
      { document },
    );
    expect(data).toEqual({ installation: { access: { allowed: true, maxHubspotCalls: 1 } } });
  });
});

describe('the URL of a record', () => {
  const url = async () => (await stack.query('{ contact(id: "100001") { url email } }')).data;

  it("is HubSpot's where it tells one", async () => {
    expect(await url()).toMatchObject({
      contact: { url: 'https://app-eu1.hubspot.com/contacts/1234567/record/0-1/100001' },
    });
  });

  it("is built on the portal's host where that is known, without a call", async () => {
    stack.simulator.faults.add(WITHOUT_URL);
    await stack.query('{ installation { uiDomain } }');
    stack.simulator.log.clear();
    expect(await url()).toMatchObject({
      contact: { url: 'https://app-eu1.hubspot.com/contacts/1234567/record/0-1/100001' },
    });
    expect(calls()).toHaveLength(1);
    expect(calls()).not.toContain(DETAILS);
  });
});

it("a URL that HubSpot leaves out is built on HubSpot's common host when the portal's is not known", async () => {
  const fresh = await Stack.start();
  try {
    await fresh.connect();
    fresh.simulator.faults.add(WITHOUT_URL);
    expect((await fresh.query('{ contact(id: "100001") { url email } }')).data).toMatchObject({
      contact: { url: 'https://app.hubspot.com/contacts/1234567/record/0-1/100001', email: RECORD.properties.email },
    });
  } finally {
    await fresh.stop();
  }
});
