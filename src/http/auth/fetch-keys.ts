import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { type Dispatcher, fetch as fetchThrough } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../lib/time/clock.ts';
import { MAX_BODY_BYTES, readBodyOf } from '../body.ts';

const FETCH_TIMEOUT_MS = 5_000;
/** Issuers have only a few keys. The limit bounds parsing and memory. */
const MAX_KEYS = 100;

/** The URL of a key set, and the network and clock for fetching it. */
export interface KeySetSource {
  readonly url: string;
  /** The proxy to the issuer, if there is one. */
  readonly proxy?: Dispatcher | undefined;
  readonly clock: Clock;
}

/** A key of a key set. */
export interface NamedKey {
  readonly id: string | undefined;
  /** `undefined` for a key that is too weak, private, or of another algorithm. */
  readonly key: KeyObject | undefined;
}

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional(), use: z.string().optional() })) });

type Jwk = z.output<typeof keySet>['keys'][number];

/**
 * Fetches the signature keys of a key set (RFC 7517 § 5). Does not follow redirects. Rejects with an Error that describes
 * the problem.
 */
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
    // Stops reading an answer that was refused.
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
  // The set has a private key. Everyone can sign with it.
  if ('d' in jwk) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' });
    return isAccepted(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * RSA keys for RS256 of at least 2,048 bits (RFC 7518 § 3.3) and at most 8,192 bits, which are slow to verify; P-256 keys
 * for ES256.
 */
function isAccepted({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (asymmetricKeyType === 'ec') return details?.namedCurve === 'prime256v1';
  const bits = details?.modulusLength ?? 0;
  return asymmetricKeyType === 'rsa' && bits >= 2_048 && bits <= 8_192 && (details?.publicExponent ?? 0n) < 2n ** 32n;
}
