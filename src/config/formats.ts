import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parsePostgresUrl } from '../lib/postgres-url.ts';

// The formats of settings. A message follows the name of its setting, and never quotes the value.

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for URLs of this machine, the only ones that can use plain http. */
function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.has(url.hostname);
}

/** Docker's `--env-file` keeps the quotes around a value in an `.env` file. */
const notQuoted = z.string().refine((text) => !/^(["'`]).*\1$/s.test(text), 'must not stand in quotes');

/** A text that HubSpot compares byte by byte. */
export const credential = notQuoted.regex(/^[\x21-\x7e]+$/, 'must be ASCII without white space');

/** Free text on one line. */
export const line = notQuoted.regex(/^\P{Cc}+$/u, 'must not hold a line break or another control character');

export const portNumber = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((port) => port <= 65_535, 'must be a port number');

export const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((value) => value === 'on');

/** At most an hour, so that a change in HubSpot is visible after that time. */
export const cacheTtlMs = wholeNumber('whole milliseconds', 0, 60 * 60 * 1000);

/** The maximum is more than one process can handle. */
export const operations = wholeNumber('a number of operations', 1, 100_000);

export const hostName = z
  .string()
  .refine((host) => isIP(host) > 0 || /^[\w.-]+$/.test(host), 'must be a host name or an IP address, without a port');

/** The unchanged URL. The gateway parses it again when it opens the database. */
export const postgresUrl = z.string().superRefine((url, context) => {
  try {
    parsePostgresUrl(url);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
});

/** Adds `http://` to a URL without a scheme, like curl. */
export const proxyUrl = z.string().transform((text, context) => {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  const isProxy = url && /^https?:$/.test(url.protocol) && `${url.pathname}${url.search}${url.hash}` === '/';
  if (isProxy && isDecodable(url.username + url.password)) return url.href;
  context.addIssue({ code: 'custom', message: 'must be the address of a proxy such as http://proxy.example:3128' });
  return z.NEVER;
});

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/** A whole number from `least` to `most`. `what` names it in the message. */
export function wholeNumber(what: string, least: number, most: number) {
  const message = `must be ${what} from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,7}$/, message)
    .transform(Number)
    .refine((number) => number >= least && number <= most, message);
}

export const words = z.string().transform((text) => text.split(/\s+/).filter((word) => word !== ''));

export const scopes = words.pipe(
  z
    .array(z.string().regex(/^[\w.-]{1,128}$/, 'holds something that is not a scope name'))
    .transform((list) => [...new Set(list)]),
);

function parseUrl(text: string, context: z.RefinementCtx): URL {
  // The parser ignores white space, but some settings keep their text unchanged.
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    context.addIssue({ code: 'custom', message: 'is not an http(s) URL' });
    return z.NEVER;
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    context.addIssue({ code: 'custom', message: 'must be https (http is accepted on a loopback host only)' });
  }
  if (url.username || url.password || text.includes('#')) {
    context.addIssue({ code: 'custom', message: 'must not carry credentials or a fragment' });
  }
  // The parser accepts quotes and commas as a part of the host or the path.
  if (/,|["'`]/.test(url.host) || /,https?:/.test(text)) {
    context.addIssue({ code: 'custom', message: 'must not hold quotes or commas between URLs' });
  }
  return url;
}

export const baseUrl = z.string().transform((text, context) => {
  const url = parseUrl(text, context);
  if (url === z.NEVER) return z.NEVER;
  refuseQuery(url, context);
  return url.href.replace(/\/+$/, '');
});

function refuseQuery(url: URL, context: z.RefinementCtx): void {
  if (url.href.includes('?')) context.addIssue({ code: 'custom', message: 'must not carry a query' });
}

/** A valid URL whose text is unchanged, because HubSpot compares redirect URIs as text. */
export const exactUrl = z.string().superRefine((text, context) => {
  parseUrl(text, context);
});

export const returnUrls = words.transform((list, context) =>
  list.map((text) => {
    const url = parseUrl(text, context);
    // An entry is an origin and a path prefix. The gateway does not compare queries.
    if (url !== z.NEVER) refuseQuery(url, context);
    return url;
  }),
);

export const corsOrigins = words.transform((list, context) => {
  for (const text of list) {
    if (text.includes('*')) context.addIssue({ code: 'custom', message: 'must list exact origins; * is refused' });
    else if (!URL.canParse(text) || new URL(text).origin !== text) {
      context.addIssue({ code: 'custom', message: 'must hold origins such as https://app.example.com' });
    }
  }
  return list;
});

export const encryptionKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((entry) => {
    const [id = '', encoded = '', ...rest] = entry.trim().split(':');
    const key = Buffer.from(encoded, 'base64');
    // Buffer ignores invalid characters, so the length alone does not prove that the key is complete.
    const exact = key.toString('base64').replace('=', '') === encoded.replace(/=$/, '');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || rest.length > 0 || key.length !== 32 || !exact) {
      context.addIssue({ code: 'custom', message: 'must look like k2:BASE64,k1:BASE64 with 32 bytes each' });
    }
    return { id, key };
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue({ code: 'custom', message: 'names a key id twice' });
  }
  return keys;
});

export const publicKeyPem = z.string().transform((text, context) => {
  // A PEM on one line of an `.env` file has \n in place of line breaks.
  const pem = text.replaceAll('\\n', '\n').trim();
  try {
    // Node would derive the public key from a private key, but the gateway must not have a private key.
    if (pem.includes('PRIVATE KEY')) throw new TypeError('a private key');
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return pem;
    if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return pem;
    context.addIssue({ code: 'custom', message: 'must be an RSA key of 2048 bits or more, or an EC P-256 key' });
  } catch {
    context.addIssue({ code: 'custom', message: 'is not a public key in PEM' });
  }
  return z.NEVER;
});
