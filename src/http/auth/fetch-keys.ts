import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { type Dispatcher, fetch as fetchThrough } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../lib/time/clock.ts';
import { MAX_BODY_BYTES, readBodyOf } from '../body.ts';

const FETCH_TIMEOUT_MS = 5_000;
/** Issuers have a handful, and each is parsed and kept. */
const MAX_KEYS = 100;

/** Where a key set is, and how it is reached. */
export interface KeySetSource {
  readonly url: string;
  /** The way to the issuer, where it is no direct one. */
  readonly proxy?: Dispatcher | undefined;
  readonly clock: Clock;
}

/** A key of a set; without `key` where tokens are not to be trusted by it. */
export interface NamedKey {
  readonly id: string | undefined;
  readonly key: KeyObject | undefined;
}

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional(), use: z.string().optional() })) });

type Jwk = z.output<typeof keySet>['keys'][number];

/** Fetches the keys for signatures of a set (RFC 7517 § 5), from `url` alone. Rejects with an Error that says what is wrong. */
export async function fetchKeys({ url, proxy, clock }: KeySetSource): Promise<readonly NamedKey[]> {
  const controller = new AbortController();
  const cancel = clock.schedule(
    () => controller.abort(new Error(`The key set did not arrive within ${FETCH_TIMEOUT_MS / 1000} s.`)),
    FETCH_TIMEOUT_MS,
  );
  try {
    const options = { redirect: 'error', signal: controller.signal } as const;
    const response = await (proxy ? fetchThrough(url, { ...options, dispatcher: proxy }) : fetch(url, options));
    if (!response.ok) throw new Error(`The key set answered HTTP ${response.status}.`);
    if (Number(response.headers.get('content-length')) > MAX_BODY_BYTES) throw new Error(TOO_LARGE);
    const body = await readBodyOf(response);
    if (!body) throw new Error(TOO_LARGE);
    return keysOf(JSON.parse(body.toString()));
  } finally {
    cancel();
    // The rest of an answer that was given up is not read.
    controller.abort();
  }
}

const TOO_LARGE = `The key set is larger than ${MAX_BODY_BYTES} bytes.`;

function keysOf(answer: unknown): readonly NamedKey[] {
  const keys = keySet.parse(answer).keys.filter(({ use }) => use === undefined || use === 'sig');
  if (keys.length > MAX_KEYS) throw new Error(`The key set holds more than ${MAX_KEYS} keys.`);
  return keys.map((jwk) => ({ id: jwk.kid, key: toKey(jwk) }));
}

function toKey(jwk: Jwk): KeyObject | undefined {
  // A private key that stands in public is everybody's.
  if ('d' in jwk) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
    return isFit(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** RSA for RS256 of 2,048 bits or more (RFC 7518 § 3.3), and no more than can be verified quickly; P-256 for ES256. */
function isFit({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (asymmetricKeyType === 'ec') return details?.namedCurve === 'prime256v1';
  const bits = details?.modulusLength ?? 0;
  return asymmetricKeyType === 'rsa' && bits >= 2_048 && bits <= 8_192 && (details?.publicExponent ?? 0n) < 2n ** 32n;
}
