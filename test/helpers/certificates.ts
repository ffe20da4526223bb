import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, both in PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** Its own certificate in PEM. */
  readonly cert: string;
  /** A server's credentials for these host names and addresses, valid unless it is said otherwise. */
  issue(hosts: readonly string[], validity?: Validity): Credentials;
}

export type Validity = readonly [notBefore: string, notAfter: string];
const VALID: Validity = ['200101000000Z', '491231235959Z'];
export const EXPIRED: Validity = ['200101000000Z', '210101000000Z'];

/** A CA that nobody knows; X.509 (RFC 5280 § 4.1) in as few bytes as TLS takes. */
export function createCertificateAuthority(name = 'Test CA'): CertificateAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issue = (subject: string, publicKey: KeyObject, validity: Validity, ...extensions: Buffer[]) =>
    certificate({ issuer: name, subject, publicKey, validity, extensions, signer: own.privateKey });
  return {
    cert: issue(name, own.publicKey, VALID, extension('2.5.29.19', sequence(der(0x01, Buffer.of(0xff))))),
    issue(hosts, validity = VALID) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = extension('2.5.29.17', sequence(...hosts.map(alternativeName)));
      const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      return { cert: issue(hosts[0] ?? 'nobody', publicKey, validity, names), key };
    },
  };
}

interface CertificateFacts {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
  readonly signer: KeyObject;
}

function certificate({ issuer, subject, publicKey, validity, extensions, signer }: CertificateFacts): string {
  const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(...validity.map((time) => der(0x17, Buffer.from(time)))),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', signed, signer));
  const text = sequence(signed, ecdsaWithSha256, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value));
}

function alternativeName(host: string): Buffer {
  return isIP(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(commonName)))));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const base128 = (value: number): number[] => {
    const digits = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  };
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Tag, length and contents. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), contents]);
}
