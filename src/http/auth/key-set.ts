import type { KeyObject } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../lib/logging/logger.ts';
import { Outages } from '../../lib/logging/outages.ts';
import { fetchKeys, type KeySetSource, type NamedKey } from './fetch-keys.ts';
import { ViewerRefusedError } from './viewer-refused-error.ts';

/** While it is used, the set is asked for anew after this, and served meanwhile: a key that was withdrawn ends soon. */
const REFRESH_MS = 60_000;
/** A set that was unused for this long is fetched before it is used again: its keys may have been withdrawn. */
const STALE_MS = 120_000;
/**
 * Known keys serve so long while the issuer is away. A token lives a day at most (`claims.ts`), so those that were
 * signed before the issuer went away have all ended by then.
 */
const LONGEST_OUTAGE_MS = 24 * 60 * 60 * 1000;
/** Between two askings: a flood of invented key ids must not become a flood at the issuer. */
const COOL_DOWN_MS = 30_000;
/** After a failure, while nothing is known that could serve. */
const RETRY_MS = 1_000;

/** The public key that a token's `kid` names; a token without one means the only key there is. */
export type FindKey = (keyId: string | undefined) => Promise<KeyObject>;

export interface KeySetOptions extends KeySetSource {
  readonly logger: Logger;
}

/**
 * The issuer's key set (RFC 7517 § 5). While the issuer is away, known keys serve on.
 * Rejects with a ViewerRefusedError, or with a GatewayError AUTHENTICATION_UNAVAILABLE where the issuer alone could say more.
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
  const isAway = () => failure.at > loadedAt;
  const pauseLeft = () => {
    const pause = age() < LONGEST_OUTAGE_MS ? COOL_DOWN_MS : RETRY_MS;
    return failure.at + pause - clock.monotonic();
  };
  const find = (keyId: string | undefined) => {
    if (age() >= LONGEST_OUTAGE_MS) return undefined;
    const fit = keys.filter(({ key }) => key !== undefined);
    if (keyId === undefined) return fit.length === 1 ? fit[0]?.key : undefined;
    return fit.find(({ id }) => id === keyId)?.key;
  };

  return async (keyId) => {
    const known = find(keyId);
    if (age() >= (known ? REFRESH_MS : COOL_DOWN_MS) && pauseLeft() <= 0) {
      const mustWait = !known || (age() >= STALE_MS && !isAway());
      loading ??= load();
      if (mustWait) await loading;
    }
    const key = find(keyId);
    if (key) return key;
    if (isAway()) throw unavailable(failure.cause, Math.max(pauseLeft(), RETRY_MS));
    if (keyId !== undefined && keys.some(({ id }) => id === keyId))
      throw new ViewerRefusedError('unfit_key', { keyId });
    throw new ViewerRefusedError('unknown_key');
  };
}

function unavailable(cause: string, retryAfterMs: number): GatewayError {
  const message = 'The identity server does not answer, so tokens cannot be checked. Ask again later.';
  const refused = new ViewerRefusedError('no_key_set', { cause });
  return new GatewayError('AUTHENTICATION_UNAVAILABLE', message, { retryAfterMs }, { cause: refused });
}

/** `fetch` says what went wrong in the cause of its error. */
function causeOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return (cause instanceof Error ? `${message}: ${cause.message}` : message).slice(0, 200);
}
