import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { callOf, selectionOf } from '../helpers/operations.ts';
import { exchange } from '../helpers/raw-http.ts';
import { ALICE, Stack } from '../helpers/stack.ts';

/** Say nothing of any portal. */
const OPEN = ['viewer', 'requiredScopes'];
const CONNECTING = [
  'authorizeMarketplaceInstall',
  'claimMarketplaceInstall',
  'connectHubSpot',
  'completeHubSpotConnection',
  'refreshInstallation',
  'disconnectInstallation',
];
const QUERY = '{ viewer { id tenantId permissions } }';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.connect();
});
afterAll(() => stack.stop());

async function post(headers: Readonly<Record<string, string>>, query = QUERY, path = '/graphql') {
  const response = await fetch(`${stack.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('a request without a valid viewer', () => {
  it('is answered 401 with errors, before its body is looked at', async () => {
    for (const query of [QUERY, '{ nope', '{ __typename }']) {
      const { status, headers, body } = await post({ origin: 'https://app.example' }, query);
      expect(status).toBe(401);
      expect(body).toEqual({
        errors: [{ message: 'A valid bearer token is required.', extensions: { code: 'UNAUTHENTICATED' } }],
      });
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'application/json',
        'www-authenticate': 'Bearer',
        'cache-control': 'no-store',
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-credentials': 'true',
      });
    }
  });

  it('leaves the reason in the log, and the token out of it', async () => {
    const token = stack.token(ALICE, { aud: 'another' });
    const before = stack.logs.length;
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(401);
    const lines = stack.logs.slice(before).join('');
    expect(lines).toContain('other_audience');
    expect(lines).not.toContain(token.split('.')[2]);
  });

  it('B63 has no token in its query, its cookie, its body or another header', async () => {
    const token = stack.token();
    for (const path of [`/graphql?access_token=${token}`, `/graphql?token=${token}`]) {
      expect((await post({}, QUERY, path)).status).toBe(401);
    }
    for (const name of ['cookie', 'x-authorization', 'proxy-authorization', 'token']) {
      const value = name === 'cookie' ? `authorization=Bearer ${token}; token=${token}` : `Bearer ${token}`;
      expect((await post({ [name]: value })).status).toBe(401);
    }
  });

  it('B63 may not have two Authorization headers, not even equal ones', async () => {
    const header = `Authorization: Bearer ${stack.token()}`;
    for (const second of [header, 'authorization: Bearer x', 'AUTHORIZATION: Basic eDp5']) {
      const lines = ['POST /graphql HTTP/1.1', 'Host: localhost', header, second, 'Content-Type: application/json'];
      const body = JSON.stringify({ query: QUERY });
      const request = [...lines, `Content-Length: ${body.length}`, 'Connection: close', '', body].join('\r\n');
      expect((await exchange(stack.url, request)).status).toBe(400);
    }
  });
});

describe('permissions', () => {
  it('B60 end with the token', async () => {
    const own = await Stack.start();
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${own.token()}` },
      body: JSON.stringify({ query: QUERY }),
    };
    expect((await fetch(`${own.url}/graphql`, request)).status).toBe(200);
    own.clock.advance(3_600_000 + 6_000);
    expect((await fetch(`${own.url}/graphql`, request)).status).toBe(401);
    await own.stop();
  });

  const roots = [
    ...Object.values(schema.getQueryType()?.getFields() ?? {}).map(
      (field) => ['query', field, 'hubspot:read'] as const,
    ),
    ...Object.values(schema.getMutationType()?.getFields() ?? {}).map(
      (field) => ['mutation', field, permissionOf(field.name)] as const,
    ),
  ]
    .filter(([, { name }]) => !OPEN.includes(name))
    .map(([operation, field, permission]) => [`${operation} ${field.name}`, permission, operation, field] as const);

  it.each(roots)('%s needs %s', async (_name, permission, operation, field) => {
    const query = `${operation} { ${callOf(field, 'Installation:1')} ${selectionOf(field)} }`;
    const others = ['hubspot:read', 'hubspot:write', 'hubspot:erase', 'hubspot:connect'].filter(
      (other) => other !== permission,
    );
    stack.simulator.log.clear();
    for (const scope of ['', others.join(' '), permission.toUpperCase(), `${permission}x`, 'hubspot:*', '*']) {
      const { errors } = await stack.query(query, {}, { ...ALICE, scope });
      expect(errors?.map(({ extensions }) => extensions)).toEqual([
        { code: 'FORBIDDEN', requiredPermission: permission },
      ]);
    }
    expect(stack.simulator.log.all()).toEqual([]);

    const { errors = [] } = await stack.query(query, {}, { ...ALICE, scope: `openid ${permission}` });
    expect(errors.map(({ extensions }) => extensions?.code)).not.toContain('FORBIDDEN');
  });

  it('are the configured ones for a token without a scope claim', async () => {
    const token = (viewer: object) => ({
      authorization: `Bearer ${stack.token({ sub: 'alice', tenant: 'acme', ...viewer })}`,
    });
    expect((await post(token({}))).body.data.viewer.permissions).toEqual(['hubspot:read']);
    expect((await post(token({ scope: '' }))).body.data.viewer.permissions).toEqual([]);

    const own = await Stack.start({ env: { AUTH_DEFAULT_PERMISSIONS: 'hubspot:connect hubspot:write' } });
    const viewer = { sub: 'alice', tenant: 'acme' };
    expect((await own.query(QUERY, {}, viewer)).data).toEqual({
      viewer: { id: 'alice', tenantId: 'acme', permissions: ['hubspot:connect', 'hubspot:write'] },
    });
    expect((await own.query('{ installations { id } }', {}, viewer)).errors?.[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      requiredPermission: 'hubspot:read',
    });
    await own.stop();
  });
});

function permissionOf(mutation: string): string {
  if (CONNECTING.includes(mutation)) return 'hubspot:connect';
  if (mutation.endsWith('ForPrivacy')) return 'hubspot:erase';
  // It chooses what the viewer reads, and changes nothing of the portal.
  return mutation === 'setDefaultInstallation' ? 'hubspot:read' : 'hubspot:write';
}
