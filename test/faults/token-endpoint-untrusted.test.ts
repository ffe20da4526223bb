import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { DATABASE_KINDS } from '../helpers/databases.ts';
import { Stack } from '../helpers/stack.ts';
import { codes, EXPIRED, install, READ, statuses, tokenRow } from '../helpers/token-faults.ts';

const DAY = 24 * 60 * 60 * 1000;
const TRUSTED = getCACertificates('default');

let stack: Stack;
let server: Server | TcpServer | undefined;

afterEach(async () => {
  setDefaultCACertificates(TRUSTED);
  await stack.stop();
  server?.close();
});

describe.each(DATABASE_KINDS)('on %s', (database) => {
  /** With a valid token the API is called, with an expired one the token endpoint: both fail, and nothing is lost. */
  async function expectPassingFailure(url: string, code: unknown = 'HUBSPOT_UNAVAILABLE'): Promise<void> {
    stack = await Stack.start({ database, env: { HUBSPOT_API_URL: url } });
    const installation = await install(stack);
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([code]);
    expect(await tokenRow(stack, installation)).toMatchObject({ version: 1, failures: 0 });
    stack.clock.advance(EXPIRED);
    expect(codes(await stack.settle(stack.query(READ)))).toEqual([code]);
    const failed = expect.poll(() => tokenRow(stack, installation));
    await stack.settle(failed.toMatchObject({ version: 1, failures: 1, lease_owner: null }));
    expect(await statuses(stack)).toEqual([{ status: 'ACTIVE', status_reason: null }]);
  }

  it.each<[string, CertificateOptions, boolean, RegExp]>([
    ['nobody vouches for its certificate', {}, false, /self-signed certificate/],
    ['its certificate is over', { until: Date.now() - DAY }, true, /certificate has expired/],
    ['its certificate is not valid yet', { from: Date.now() + DAY }, true, /certificate is not yet valid/],
    ["its certificate is another host's", { host: 'other.example' }, true, /does not match certificate's altnames/],
  ])('F32 tells a server nothing when %s', async (_case, options, trusted, reason) => {
    const { url, requests } = await startTls(options, trusted);
    await expectPassingFailure(url);
    expect(requests).toEqual([]);
    expect(stack.logs.find((line) => line.includes('HubSpot did not refresh a token'))).toMatch(reason);
  });

  it('F32 talks to the same server when its certificate is in order', async () => {
    const { url, requests } = await startTls({}, true);
    stack = await Stack.start({ database, env: { HUBSPOT_API_URL: url } });
    await install(stack);
    expect(await stack.query(READ)).toEqual({ data: { contacts: { nodes: [] } } });
    expect(requests).toHaveLength(1);
  });

  it('F32 does not fall back to plain text', async () => {
    const { url, received } = await startPlain();
    await expectPassingFailure(url);
    expect(received.length).toBeGreaterThanOrEqual(2);
    // 22: a TLS handshake record.
    expect(received.map((bytes) => bytes[0])).toEqual(received.map(() => 22));
  });

  // How soon a network says that there is no way is its own affair: the operation may be over before.
  const EITHER = expect.stringMatching(/^HUBSPOT_(UNAVAILABLE|TIMEOUT)$/);

  it.each([
    ['has no address', 'https://no-such-host.invalid'],
    // RFC 6666: whatever is sent to this prefix is thrown away.
    ['is in a black hole of IPv6', 'https://[100::1]'],
  ])('F32 waits for better times when the server %s', async (_case, url) => {
    await expectPassingFailure(url, EITHER);
  });
});

async function startTls(options: CertificateOptions, trusted: boolean): Promise<{ url: string; requests: string[] }> {
  const { key, cert } = createCertificate(options);
  if (trusted) setDefaultCACertificates([...TRUSTED, cert]);
  const requests: string[] = [];
  server = createServer({ key, cert }, (request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"results":[]}');
  });
  return { url: await listen(server), requests };
}

async function startPlain(): Promise<{ url: string; received: Buffer[] }> {
  const received: Buffer[] = [];
  server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      received.push(bytes);
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
    });
  });
  return { url: await listen(server), received };
}

async function listen(listener: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return `https://localhost:${(listener.address() as AddressInfo).port}`; // A TCP server that listens has one.
}

interface CertificateOptions {
  readonly host?: string;
  /** Epoch milliseconds. */
  readonly from?: number;
  readonly until?: number;
}

/** A certificate that vouches for itself (RFC 5280), and its key: what no library of Node's makes. */
function createCertificate(options: CertificateOptions): { key: string; cert: string } {
  const { host = 'localhost', from = Date.now() - 2 * DAY, until = Date.now() + 2 * DAY } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('hubspot')));
  const name = der(0x30, der(0x31, commonName));
  const names = der(0x30, der(0x82, Buffer.from(host)));
  const alternativeNames = der(0x30, Buffer.from('0603551d11', 'hex'), der(0x04, names));
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ecdsaWithSha256,
    name,
    der(0x30, utcTime(from), utcTime(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, alternativeNames)),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', content, privateKey));
  const encoded = der(0x30, content, ecdsaWithSha256, signature).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${encoded}\n-----END CERTIFICATE-----\n`,
  };
}

function utcTime(at: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
}

/** One value with its tag and length. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const prefix = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...prefix]), content]);
}
