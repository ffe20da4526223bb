import type { KeyObject } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { Outages } from '../../lib/logging/outages.ts';
import { fetchKeys, type KeySetSource, type NamedKey } from './fetch-keys.ts';
import { ViewerRefusedError } from './viewer-refused-error.ts';

/** A set in use is fetched again after this time, in the background. A withdrawn key is then no longer accepted. */
const REFRESH_MS = 60_000;
/** A set older than this is fetched before its next use, because its keys may have been withdrawn. */
const STALE_MS = 120_000;
/**
 * Cached keys remain valid for this time while the issuer does not answer. A token lives at most a day (`claims.ts`), so
 * all tokens that the issuer signed before its outage have expired by then.
 */
const MAX_OUTAGE_MS = 24 * 60 * 60 * 1000;
/** The pause between two fetches. Tokens with invented key ids must not cause a flood of fetches. */
const COOL_DOWN_MS = 30_000;
/** The pause after a failed fetch while there are no cached keys. */
const RETRY_MS = 1_000;

/** Finds the public key for a token's `kid`. A token without `kid` uses the only key of the set. */
export type FindKey = (keyId: string | undefined) => Promise<KeyObject>;

export interface KeySetOptions extends KeySetSource {
  readonly logger: Logger;
}

/**
 * The issuer's key set (RFC 7517 § 5). Cached keys remain valid while the issuer does not answer. Rejects with a
 * ViewerRefusedError, or with a GatewayError AUTHENTICATION_UNAVAILABLE when the key is unknown and the issuer does not
 * answer.
 */
export function createKeySet(options: KeySetOptions): FindKey {
  const { clock, logger } = options;
  const messages = { begin: 'the key set cannot be read', end: 'the key set can be read again' };
  const outages = new Outages<'issuer'>({ clock, logger, messages });
  let keys: readonly NamedKey[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let failure = { at: Number.NEGATIVE_INFINITY, cause: '' };
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      keys = await fetchKeys(options);
      loadedAt = clock.monotonic();
      outages.succeeded('issuer', {});
    } catch (error) {
      failure = { at: clock.monotonic(), cause: causeOf(error) };
      outages.failed('issuer', { cause: failure.cause });
    } finally {
      loading = undefined;
    }
  }

  const age = () => clock.monotonic() - loadedAt;
  const isUnavailable = () => failure.at > loadedAt;
  const pauseLeft = () => {
    const pause = age() < MAX_OUTAGE_MS ? COOL_DOWN_MS : RETRY_MS;
    return failure.at + pause - clock.monotonic();
  };
  const find = (keyId: string | undefined) => {
    if (age() >= MAX_OUTAGE_MS) return undefined;
    const accepted = keys.filter(({ key }) => key !== undefined);
    if (keyId === undefined) return accepted.length === 1 ? accepted[0]?.key : undefined;
    return accepted.find(({ id }) => id === keyId)?.key;
  };

  return async (keyId) => {
    const known = find(keyId);
    if (age() >= (known ? REFRESH_MS : COOL_DOWN_MS) && pauseLeft() <= 0) {
      const mustWait = !known || (age() >= STALE_MS && !isUnavailable());
      loading ??= load();
      if (mustWait) await loading;
    }
    const key = find(keyId);
    if (key) return key;
    if (isUnavailable()) throw unavailable(failure.cause, Math.max(pauseLeft(), RETRY_MS));
    if (keyId !== undefined && keys.some(({ id }) => id === keyId))
      throw new ViewerRefusedError('unsupported_key', { keyId });
    throw new ViewerRefusedError('unknown_key');
  };
}

function unavailable(cause: string, retryAfterMs: number): GatewayError {
  const message = 'The identity server does not answer, so tokens cannot be checked. Ask again later.';
  const refused = new ViewerRefusedError('no_key_set', { cause });
  return new GatewayError('AUTHENTICATION_UNAVAILABLE', message, { retryAfterMs }, { cause: refused });
}

/** The reason of a failed `fetch` is in the `cause` of its error. */
function causeOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return (cause instanceof Error ? `${message}: ${cause.message}` : message).slice(0, 200);
}
