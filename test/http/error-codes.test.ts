import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayErrorCode } from '../../src/errors.ts';
import { faultsOf } from '../helpers/broken-replica.ts';
import { holdBodies } from '../helpers/held-bodies.ts';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

const OTHER_PORTAL = { ...SMALL_PORTAL, hubId: 7_654_321, domain: 'northgate.example' };
const of = (tenant: string): TestViewer => ({ ...ALICE, tenant });
const CORRELATION = '019cd9fe-0000-7000-8000-000000000000';

let stack: Stack;
const ids: Record<string, string> = {};
beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, OTHER_PORTAL] } });
  const scopes = stack.config.hubspot.optionalScopes;
  ids.acme = await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  ids.few = await stack.connect({ optionalScopes: [] }, of('few'), {});
  ids.both1 = await stack.connect({}, of('both'));
  ids.both2 = await stack.connect({}, of('both'), { portal: String(OTHER_PORTAL.hubId) });
  ids.gone = await stack.connect({}, of('gone'));
  const { data } = await stack.query(
    `mutation { disconnectInstallation(installationId: "${ids.gone}") { __typename } }`,
    {},
    of('gone'),
  );
  expect(data).toBeTruthy();
});
afterAll(() => stack.stop());
beforeEach(() => stack.simulator.log.clear());
afterEach(() => {
  stack.simulator.faults.clear();
  stack.clock.advance(60_000);
});

const READ = '{ contacts(first: 1) { nodes { email } } }';
const WRITE = 'mutation { updateContact(input: { id: "100001", city: "A" }) { created userErrors { code } } }';

/** The errors, without their places in the document. */
async function errorsOf(query: string, viewer: TestViewer = ALICE) {
  const { errors } = await stack.settle(stack.query(query, {}, viewer));
  return errors?.map(({ path, message, extensions }) => ({ path, message, extensions }));
}

async function extensionsOf(query: string, viewer?: TestViewer) {
  const errors = await errorsOf(query, viewer);
  expect(errors).toHaveLength(1);
  return errors?.[0]?.extensions;
}

describe('decided without HubSpot', () => {
  afterEach(() => expect(stack.simulator.log.crm()).toEqual([]));

  it('UNAUTHENTICATED: the request has no valid token', async () => {
    for (const query of [READ, WRITE]) {
      const { raw, answer } = await stack.send(query, {}, ALICE, { authorization: 'Bearer x' });
      expect(raw.status).toBe(401);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  });

  it('FORBIDDEN: the viewer may not', async () => {
    expect(await extensionsOf(READ, { ...ALICE, scope: 'hubspot:write' })).toEqual({
      code: 'FORBIDDEN',
      requiredPermission: 'hubspot:read',
    });
    expect(await extensionsOf(WRITE, { ...ALICE, scope: 'hubspot:read' })).toEqual({
      code: 'FORBIDDEN',
      requiredPermission: 'hubspot:write',
    });
  });

  it('BAD_USER_INPUT: an argument is invalid', async () => {
    const input = { code: 'BAD_USER_INPUT', argument: 'id' };
    expect(await extensionsOf('{ contact(id: "1e3") { email } }')).toEqual(input);
    expect(await extensionsOf(WRITE.replace('100001', '1e3'))).toEqual(input);
  });

  it('NOT_CONNECTED: there is no portal, or none any more', async () => {
    for (const viewer of [of('nobody'), of('gone')]) {
      for (const query of [READ, WRITE]) {
        expect(await extensionsOf(query, viewer)).toEqual({
          code: 'NOT_CONNECTED',
          remedy: { mutation: 'connectHubSpot', input: {} },
        });
      }
    }
  });

  it('INSTALLATION_AMBIGUOUS: there are two, and none is named', async () => {
    for (const query of [READ, WRITE]) {
      expect(await extensionsOf(query, of('both'))).toEqual({
        code: 'INSTALLATION_AMBIGUOUS',
        installationIds: expect.arrayContaining([ids.both1, ids.both2]),
      });
    }
  });

  it('MISSING_SCOPES: the portal did not grant it, once for each coordinate', async () => {
    const companies = '{ a: companies(first: 1) { nodes { name } } b: companies(first: 2) { nodes { name } } }';
    for (const [query, coordinate, scope] of [
      [companies, 'Query.companies', 'crm.objects.companies.read'],
      [WRITE, 'Mutation.updateContact', 'crm.objects.contacts.write'],
    ] as const) {
      expect(await extensionsOf(query, of('few'))).toEqual({
        code: 'MISSING_SCOPES',
        installationId: ids.few,
        coordinate,
        requiredScopes: [[scope]],
        missingScopes: [scope],
        remedy: {
          mutation: 'connectHubSpot',
          input: {
            installationId: ids.few,
            scopes: expect.arrayContaining([scope, 'oauth', 'crm.objects.contacts.read']),
          },
        },
      });
    }
  });

  it('NOT_FOUND: a mutation names an installation that is not there; a query answers null', async () => {
    const named = WRITE.replace('id:', `installationId: "${ids.few}", id:`);
    expect(await extensionsOf(named)).toEqual({ code: 'NOT_FOUND' });
    expect(await stack.query(`{ installation(id: "${ids.few}") { hubId } }`)).toEqual({ data: { installation: null } });
  });
});

const facts = (status: number, more: object = {}) => ({ status, correlationId: CORRELATION, ...more });

describe('decided by what HubSpot answers', () => {
  const answer = (
    status: number,
    more: object = {},
    body = JSON.stringify({ status: 'error', message: 'secret', correlationId: CORRELATION, ...more }),
  ) => stack.simulator.faults.add({ match: '/contacts(/100001)?$', fault: { kind: 'answer', status, body } });

  it.each<[GatewayErrorCode, number, object, object]>([
    ['HUBSPOT_FORBIDDEN', 403, { category: 'MISSING_SCOPES' }, { hubspot: facts(403, { category: 'MISSING_SCOPES' }) }],
    ['HUBSPOT_UNAVAILABLE', 503, {}, { hubspot: facts(503) }],
    ['HUBSPOT_UNAVAILABLE', 477, {}, { hubspot: facts(477) }],
    ['HUBSPOT_TIMEOUT', 504, {}, { hubspot: facts(504) }],
  ])('%s: %i, for reads and writes alike', async (code, status, more, extensions) => {
    answer(status, more);
    for (const query of [READ, WRITE]) {
      expect(await extensionsOf(query)).toEqual({ code, ...extensions });
      // A portal that failed often is left alone for a while.
      stack.clock.advance(60_000);
    }
  });

  it('HUBSPOT_BAD_REQUEST: a read that HubSpot refuses; a write then has user errors', async () => {
    answer(400, { category: 'VALIDATION_ERROR' });
    expect(await extensionsOf(READ)).toEqual({
      code: 'HUBSPOT_BAD_REQUEST',
      hubspot: facts(400, { category: 'VALIDATION_ERROR' }),
    });
    expect(await stack.query(WRITE)).toEqual({
      data: { updateContact: { created: null, userErrors: [{ code: 'VALIDATION_FAILED' }] } },
    });
  });

  it('RATE_LIMITED: the limit is used up for longer than anybody waits', async () => {
    answer(429, { policyName: 'DAILY' });
    for (const query of [READ, WRITE]) {
      const { code, retryAfterMs, policy } = (await extensionsOf(query)) ?? {};
      expect({ code, retryAfterMs, policy }).toEqual({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number),
        policy: 'DAILY',
      });
    }
    stack.simulator.faults.clear();
    stack.clock.advance(2 * 60 * 60 * 1000);
    expect(await errorsOf(READ)).toBeUndefined();
  });

  it('HUBSPOT_TIMEOUT: no answer comes', async () => {
    stack.simulator.faults.add({ match: '/contacts(/100001)?$', fault: { kind: 'hold' } });
    for (const query of [READ, WRITE]) expect(await extensionsOf(query)).toEqual({ code: 'HUBSPOT_TIMEOUT' });
  });

  it('HUBSPOT_BAD_RESPONSE: an answer that is none', async () => {
    answer(200, {}, '<html></html>');
    for (const query of [READ, WRITE]) {
      expect(await extensionsOf(query)).toEqual({
        code: 'HUBSPOT_BAD_RESPONSE',
        hubspot: { status: 200 },
      });
    }
  });

  it('HUBSPOT_UNAUTHORIZED: 401 although the token is fresh', async () => {
    answer(401, { category: 'INVALID_AUTHENTICATION' });
    for (const query of [READ, WRITE]) {
      expect(await extensionsOf(query)).toEqual({
        code: 'HUBSPOT_UNAUTHORIZED',
        hubspot: facts(401, { category: 'INVALID_AUTHENTICATION' }),
      });
    }
  });
});

it('PERSISTED_QUERY_NOT_SUPPORTED: a document that is named only by its hash', async () => {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token()}` },
    body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
  });
  expect(await response.json()).toEqual({
    errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
  });
});

it('REAUTHORIZATION_REQUIRED: the grant is dead', async () => {
  const id = await stack.connect({}, of('dead'));
  const body = JSON.stringify({ status: 'BAD_REFRESH_TOKEN', error: 'invalid_grant', message: 'x' });
  stack.simulator.faults.add({ match: '^POST /oauth/[^/]+/token$', fault: { kind: 'answer', status: 400, body } });
  stack.clock.advance(31 * 60 * 1000);
  for (const query of [READ, WRITE]) {
    expect(await extensionsOf(query, of('dead'))).toEqual({
      code: 'REAUTHORIZATION_REQUIRED',
      installationId: id,
      reason: 'REVOKED',
      remedy: { mutation: 'connectHubSpot', input: { installationId: id, scopes: expect.arrayContaining(['oauth']) } },
    });
  }
});

it('INTERNAL_SERVER_ERROR: a bug here says nothing of itself', async () => {
  const faults = faultsOf(stack);
  faults.before = () => {
    throw new TypeError('a secret of ours is undefined');
  };
  const errors = await errorsOf('{ installations { id } }', of('broken'));
  faults.clear();
  expect(errors).toEqual([
    {
      path: ['installations'],
      message: 'Something went wrong in the gateway.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
  ]);
});

it('STORAGE_UNAVAILABLE: the database of the gateway itself fails', async () => {
  const faults = faultsOf(stack);
  faults.before = () => {
    throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
  };
  const errors = await errorsOf('{ installations { id } }', of('nobody-yet'));
  faults.clear();
  expect(errors).toEqual([
    {
      path: ['installations'],
      message: "The gateway's database is not available at the moment.",
      extensions: { code: 'STORAGE_UNAVAILABLE', retryAfterMs: 1_000 },
    },
  ]);
});

it.each([
  ['GRAPHQL_PARSE_FAILED: the document cannot be read', '{', 'GRAPHQL_PARSE_FAILED'],
  ['GRAPHQL_VALIDATION_FAILED: the document does not fit', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
])('%s', async (_name, query, code) => {
  expect(await extensionsOf(query)).toEqual({ code });
});

it('AUTHENTICATION_UNAVAILABLE: the identity server does not answer', async () => {
  const other = await Stack.start({ env: { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'http://127.0.0.1:9' } });
  const answer = await other.query(READ);
  await other.stop();
  expect(answer.errors).toMatchObject([{ extensions: { code: 'AUTHENTICATION_UNAVAILABLE', retryAfterMs: 1_000 } }]);
});

it('OVERLOADED: more bodies arrive than the gateway can hold', async () => {
  const { refused, leave } = holdBodies(stack);
  expect((await refused.finally(leave)).text).toContain('"extensions":{"retryAfterMs":1000,"code":"OVERLOADED"}');
});

/** Kept whole by its type. */
const CODES: Readonly<Record<GatewayErrorCode, true>> = {
  ...{ GRAPHQL_PARSE_FAILED: true, GRAPHQL_VALIDATION_FAILED: true },
  ...{ UNAUTHENTICATED: true, FORBIDDEN: true, BAD_USER_INPUT: true, NOT_CONNECTED: true, NOT_FOUND: true },
  ...{ INSTALLATION_AMBIGUOUS: true, REAUTHORIZATION_REQUIRED: true, MISSING_SCOPES: true, RATE_LIMITED: true },
  ...{ HUBSPOT_FORBIDDEN: true, HUBSPOT_UNAVAILABLE: true, HUBSPOT_TIMEOUT: true, HUBSPOT_BAD_RESPONSE: true },
  ...{ HUBSPOT_BAD_REQUEST: true, HUBSPOT_UNAUTHORIZED: true, INTERNAL_SERVER_ERROR: true },
  ...{
    AUTHENTICATION_UNAVAILABLE: true,
    PERSISTED_QUERY_NOT_SUPPORTED: true,
    STORAGE_UNAVAILABLE: true,
    OVERLOADED: true,
  },
};

it('every code has a test of its name above', () => {
  const titles = readFileSync(import.meta.filename, 'utf8').match(/(?<=it\('|^ {2,4}\[')[A-Z_]+(?=[:'])/gm);
  expect([...new Set(titles)].sort()).toEqual(Object.keys(CODES).sort());
});
