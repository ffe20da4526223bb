import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { type Dispatcher, fetch as fetchThrough } from 'undici';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { ViewerRefused } from './viewer-refused.ts';

/** What is known is asked for anew after this, so that a key which the issuer withdrew ends. */
const MAX_AGE_MS = 10 * 60 * 1000;
/** After an answer an unknown key id waits for this: a flood of invented ones must not become a flood at the issuer. */
const COOL_DOWN_MS = 30_000;
/** After a failure, while nothing is known that could serve. */
const RETRY_MS = 1_000;
const FETCH_TIMEOUT_MS = 5_000;

/** The public key that a token's `kid` names; a token without one means the only key there is. */
export type FindKey = (keyId: string | undefined) => Promise<KeyObject>;

/**
 * The issuer's key set (RFC 7517 § 5), fetched from `url` alone. While the issuer is away, known keys serve on.
 * @param proxy the way to the issuer, where it is no direct one
 */
export function createKeySet(url: string, clock: Clock, proxy?: Dispatcher): FindKey {
  let keys: readonly NamedKey[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      keys = await fetchKeys(url, proxy);
      loadedAt = clock.monotonic();
    } catch (error) {
      failedAt = clock.monotonic();
      throw new ViewerRefused('no_key_set', { cause: causeOf(error) }, { cause: error });
    } finally {
      loading = undefined;
    }
  }

  const find = (keyId: string | undefined) =>
    keyId === undefined && keys.length === 1 ? keys[0]?.key : keys.find(({ id }) => id === keyId)?.key;

  return async (keyId) => {
    const known = find(keyId);
    const now = clock.monotonic();
    const [maxAge, pause] = known ? [MAX_AGE_MS, COOL_DOWN_MS] : [COOL_DOWN_MS, RETRY_MS];
    if (now - loadedAt >= maxAge && now - failedAt >= pause) {
      loading ??= load();
      await (known ? loading.catch(() => {}) : loading);
    }
    const key = find(keyId);
    if (!key) throw new ViewerRefused('unknown_key');
    return key;
  };
}

/** `fetch` says what went wrong in the cause of its error. */
function causeOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return (cause instanceof Error ? `${message}: ${cause.message}` : message).slice(0, 200);
}

interface NamedKey {
  readonly id: string | undefined;
  readonly key: KeyObject;
}

const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional(), use: z.string().optional() })) });

async function fetchKeys(url: string, proxy: Dispatcher | undefined): Promise<readonly NamedKey[]> {
  const options = { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) } as const;
  const response = await (proxy ? fetchThrough(url, { ...options, dispatcher: proxy }) : fetch(url, options));
  if (!response.ok) throw new Error(`The key set answered HTTP ${response.status}.`);
  const { keys } = keySet.parse(await response.json());
  return keys.flatMap((jwk) => (jwk.use === undefined || jwk.use === 'sig' ? toKey(jwk) : []));
}

/** None for a key of a kind that Node does not know, or that is no public key at all. */
function toKey(jwk: z.output<typeof keySet>['keys'][number]): NamedKey[] {
  try {
    return [{ id: jwk.kid, key: createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' }) }];
  } catch {
    return [];
  }
}
