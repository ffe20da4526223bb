import { generateKeyPairSync } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProxiedPool, createTransport } from '../../src/hubspot/client.ts';
import { NetworkError } from '../../src/hubspot/network-error.ts';
import { systemClock } from '../../src/lib/time/clock.ts';
import { createCertificateAuthority } from '../helpers/certificates.ts';
import { type ForwardProxy, startForwardProxy } from '../helpers/forward-proxy.ts';
import { respond, startLoopback } from '../helpers/loopback.ts';
import { Stack } from '../helpers/stack.ts';
import { type Relay, startTlsFront } from '../helpers/tls.ts';
import { es256 } from '../helpers/tokens.ts';

const PASSWORD = 'hunter2-hunter2';
const CONTACTS = '{ contacts(first: 1) { nodes { email } } }';
const ca = createCertificateAuthority();
const known = getCACertificates('default');

beforeAll(() => setDefaultCACertificates([...known, ca.cert]));
afterAll(() => setDefaultCACertificates(known));

let proxy: ForwardProxy;
beforeEach(async () => {
  proxy = await startForwardProxy();
});
afterEach(() => proxy.close());

/** A gateway that reaches nothing but its proxy: the names of HubSpot and the issuer have no address. */
async function startBehindProxy(env: Readonly<Record<string, string>> = {}): Promise<{ stack: Stack; front: Relay }> {
  const stack = await Stack.start({
    env: {
      HUBSPOT_API_URL: 'https://api.hubapi.test',
      HTTPS_PROXY: `http://gateway:${PASSWORD}@127.0.0.1:${proxy.port}`,
      ...env,
    },
  });
  const simulatorPort = Number(new URL(stack.config.hubspot.authorizeUrl).port);
  const front = await startTlsFront(simulatorPort, ca.issue(['api.hubapi.test']));
  proxy.answerWith(() => ({ port: front.port }));
  return { stack, front };
}

describe('behind a proxy', () => {
  it('connects and reads a portal through tunnels that are used again', async () => {
    const { stack, front } = await startBehindProxy();
    await stack.connect();
    await stack.query(CONTACTS);
    const opened = proxy.tunnels.length;
    for (let index = 0; index < 3; index += 1) {
      expect(await stack.query(CONTACTS)).toMatchObject({ data: { contacts: { nodes: [{}] } } });
    }
    expect(proxy.tunnels).toHaveLength(opened);
    const authorization = `Basic ${Buffer.from(`gateway:${PASSWORD}`).toString('base64')}`;
    for (const tunnel of proxy.tunnels) expect(tunnel).toEqual({ target: 'api.hubapi.test:443', authorization });
    await stack.stop();
    await front.close();
  });

  it('keeps its password to itself when the proxy refuses', async () => {
    const { stack, front } = await startBehindProxy();
    await stack.connect();
    proxy.answerWith(() => ({ status: 407 }));
    await front.close();
    const { errors } = await stack.settle(stack.query(CONTACTS));
    expect(errors).toMatchObject([{ extensions: { code: 'HUBSPOT_UNAVAILABLE' } }]);
    const said = JSON.stringify(errors) + stack.logs.join('');
    expect(said).not.toContain(PASSWORD);
    expect(said).not.toContain(Buffer.from(`gateway:${PASSWORD}`).toString('base64'));
    await stack.stop();
  });

  it('asks HubSpot directly where NO_PROXY says so, and this machine always', async () => {
    const stack = await Stack.start({
      env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, HTTP_PROXY: `127.0.0.1:${proxy.port}` },
    });
    await stack.connect();
    await stack.stop();
    const { stack: other, front } = await startBehindProxy({ NO_PROXY: '.hubapi.test' });
    await expect(other.connect()).rejects.toThrow();
    await other.stop();
    await front.close();
    expect(proxy.tunnels).toEqual([]);
  });

  it('fetches the key set of viewer JWTs through it', async () => {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const issuer = await startLoopback();
    issuer.answerWith(respond(200, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'e1' }] }));
    const front = await startTlsFront(Number(new URL(issuer.url).port), ca.issue(['issuer.test']));
    proxy.answerWith(() => ({ port: front.port }));
    const stack = await Stack.start({
      env: { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'https://issuer.test/keys', https_proxy: `127.0.0.1:${proxy.port}` },
    });
    const exp = stack.clock.now() / 1000 + 60;
    const claims = { sub: 'alice', tenant: 'acme', iss: 'https://issuer.example', aud: 'gateway', exp };
    const response = await fetch(`${stack.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${es256(claims, keys.privateKey, { kid: 'e1' })}`,
      },
      body: JSON.stringify({ query: '{ viewer { tenantId } }' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: { tenantId: 'acme' } } });
    expect(proxy.tunnels).toEqual([{ target: 'issuer.test:443', authorization: undefined }]);
    await stack.stop();
    await front.close();
    await issuer.close();
  });
});

it.each([403, 407, 502])('a proxy that answers %i has not sent the call to HubSpot', async (status) => {
  proxy.answerWith(() => ({ status }));
  const pool = createProxiedPool('https://api.hubapi.test', `http://127.0.0.1:${proxy.port}`);
  const send = createTransport({ pool, clock: systemClock });
  const call = { name: 'contacts.create', method: 'POST', path: '/crm', body: {}, scopes: [[]] } as const;
  const error = await send(call).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({ code: 'HUBSPOT_UNAVAILABLE', reachedHubSpot: 'no' });
  expect(proxy.tunnels).toHaveLength(1);
  await pool.destroy();
});
