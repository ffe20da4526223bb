import { type ExpressionBuilder, type Insertable, type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Encrypter, EncryptionKeys } from './encryption/encryption-keys.ts';
import { DecryptionError } from './encryption/token-cipher.ts';
import { type GrantHolder, holderId } from './grant-holder.ts';
import type { InstallationTokensTable, Tables } from './tables.ts';

/** Identifies an installation. The holder of the grant is always part of the key. */
export interface InstallationKey extends GrantHolder {
  readonly id: string;
}

/** Tokens that HubSpot issued. Durations are milliseconds from then. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInMs: number;
  /** The gateway uses the access token only this long. */
  readonly usableForMs: number;
  /** From then on, a use of the access token starts a refresh. */
  readonly refreshInMs: number;
}

/** Stored tokens. Durations are from now by the database's clock, and negative when they have passed. */
export interface StoredTokens extends IssuedTokens {
  /** Rises by one with every save: the compare-and-set key. */
  readonly version: number;
  /** Time since they were saved; infinite when it is unknown. */
  readonly ageMs: number;
  /** The previous refresh token, until the current one has worked. */
  readonly previousRefreshToken: string | undefined;
  /** Remaining time of the lease on a refresh; not positive when no replica holds it. */
  readonly leasedForMs: number;
  /** Time until the next refresh may start after failures; not positive when it may start now. */
  readonly retryInMs: number;
  /** Consecutive failed refreshes. */
  readonly failures: number;
  /** True when a refresh has started and its outcome is unknown. */
  readonly inDoubt: boolean;
}

/** A refresh that brought no tokens. */
export interface FailedRefresh {
  readonly retryInMs: number;
  /** False when HubSpot certainly did not execute the refresh. */
  readonly inDoubt: boolean;
}

/**
 * The tokens of installations and the leases on their refresh. A lease only prevents duplicate refreshes. The tokens are
 * safe because each write is a compare-and-set of the version, and versions are never reused.
 */
export class TokenStore {
  readonly #database: Database;
  readonly #keys: EncryptionKeys;

  constructor(database: Database, keys: EncryptionKeys) {
    this.#database = database;
    this.#keys = keys;
  }

  /**
   * `undefined` when the holder has no such installation, or it has no tokens.
   * @throws DecryptionError when a stored token was altered; KeyMissingError when this replica lacks its key
   */
  async read(key: InstallationKey, query: Kysely<Tables> = this.#database.query): Promise<StoredTokens | undefined> {
    const row = await query
      .selectFrom('installation_tokens')
      .innerJoin('installations', 'installations.id', 'installation_tokens.installation_id')
      .selectAll('installation_tokens')
      .select(this.#database.now().as('now'))
      .where('installations.id', '=', key.id)
      .where('installations.tenant_id', '=', holderId(key))
      .executeTakeFirst();
    if (!row || row.access_token === null || row.refresh_token === null) return undefined;
    const { previous_refresh_token: previous } = row;
    return {
      accessToken: this.#keys.decrypt(row.access_token, locationOf(key, 'access_token')),
      refreshToken: this.#keys.decrypt(row.refresh_token, locationOf(key, 'refresh_token')),
      previousRefreshToken:
        previous === null ? undefined : this.#keys.decrypt(previous, locationOf(key, 'previous_refresh_token')),
      expiresInMs: row.expires_at - row.now,
      usableForMs: row.usable_until - row.now,
      refreshInMs: row.refresh_at - row.now,
      version: row.version,
      ageMs: row.obtained_at === null ? Number.POSITIVE_INFINITY : row.now - row.obtained_at,
      leasedForMs: (row.lease_until ?? row.now) - row.now,
      retryInMs: (row.retry_at ?? row.now) - row.now,
      failures: row.failures,
      inDoubt: row.in_doubt_since !== null,
    };
  }

  /** Stores the tokens of a new consent, in the transaction that stores the consent. */
  async replace(transaction: Kysely<Tables>, key: InstallationKey, tokens: IssuedTokens): Promise<void> {
    const encrypter = await this.#keys.encrypterOrFallback(transaction);
    const values = { ...this.#values(key, tokens, encrypter), previous_refresh_token: null };
    await transaction
      .insertInto('installation_tokens')
      .values({ installation_id: key.id, version: 1, ...values })
      .onConflict((conflict) =>
        // The new version makes the compare-and-set of a refresh in flight for the older grant fail.
        conflict
          .column('installation_id')
          .doUpdateSet({ ...values, version: sql<number>`installation_tokens.version + 1` }),
      )
      .execute();
  }

  /**
   * Claims the refresh of `version`. False when another replica has claimed it, the next attempt is not due, or `version`
   * is outdated.
   * @throws KeyMissingError when this replica lacks the active key, and could not store the new tokens
   */
  async claim(key: InstallationKey, version: number, owner: string, leaseMs: number): Promise<boolean> {
    await this.#keys.ensureActive();
    const now = this.#database.now();
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installation_tokens')
      .set({
        lease_owner: owner,
        lease_until: this.#fromNow(leaseMs),
        in_doubt_since: sql<number>`coalesce(in_doubt_since, ${now})`,
      })
      .where('installation_id', '=', key.id)
      .where(ofHolder(key))
      .where('version', '=', version)
      .where('refresh_token', 'is not', null)
      .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<=', now)]))
      .where((row) => row.or([row('retry_at', 'is', null), row('retry_at', '<=', now)]))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Renews a claim for `leaseMs` from now. False when another replica has claimed it, or the refresh has ended. */
  async renewClaim(key: InstallationKey, version: number, owner: string, leaseMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installation_tokens')
      .set({ lease_until: this.#fromNow(leaseMs) })
      .where('installation_id', '=', key.id)
      .where(ofHolder(key))
      .where('version', '=', version)
      .where('lease_owner', '=', owner)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /**
   * Saves refreshed tokens if `version` is still the stored one; otherwise it changes nothing and returns false. The lease
   * need not be valid: the tokens of a late holder may be the only ones that work.
   * @param tokens or a function, called last, since the wait for the key shortens the remaining lifetimes
   */
  async save(
    key: InstallationKey,
    version: number,
    tokens: IssuedTokens | (() => IssuedTokens),
    previous: string | undefined,
  ): Promise<boolean> {
    const location = locationOf(key, 'previous_refresh_token');
    const encrypter = await this.#keys.encrypterOrFallback();
    const issued = typeof tokens === 'function' ? tokens() : tokens;
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installation_tokens')
      .set({
        ...this.#values(key, issued, encrypter),
        previous_refresh_token: previous === undefined ? null : encrypter.encrypt(previous, location),
        version: version + 1,
      })
      .where('installation_id', '=', key.id)
      .where(ofHolder(key))
      .where('version', '=', version)
      .where('refresh_token', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Releases the claim on a failed refresh. */
  async fail(key: InstallationKey, version: number, owner: string, failed: FailedRefresh): Promise<void> {
    await this.#database.query
      .updateTable('installation_tokens')
      .set({
        lease_owner: null,
        lease_until: null,
        retry_at: failed.retryInMs > 0 ? this.#fromNow(failed.retryInMs) : null,
        failures: sql<number>`failures + 1`,
        ...(!failed.inDoubt && { in_doubt_since: null }),
      })
      .where('installation_id', '=', key.id)
      .where(ofHolder(key))
      .where('version', '=', version)
      .where('lease_owner', '=', owner)
      .execute();
  }

  /**
   * Erases the tokens in the transaction that disconnects. Returns the last refresh token if it can be decrypted. The
   * compare-and-set of a refresh in flight fails.
   */
  async erase(transaction: Kysely<Tables>, key: InstallationKey): Promise<string | undefined> {
    for (;;) {
      const last = await this.read(key, transaction).catch((error: unknown) => {
        if (error instanceof DecryptionError) return undefined;
        throw error;
      });
      const { numUpdatedRows } = await transaction
        .updateTable('installation_tokens')
        .set({ ...ERASED, version: sql<number>`version + 1` })
        .where('installation_id', '=', key.id)
        .$if(last !== undefined, (update) => update.where('version', '=', last?.version ?? 0))
        .executeTakeFirst();
      // No row was updated when another replica saved newer tokens in between: read those.
      if (last === undefined || numUpdatedRows === 1n) return last?.refreshToken;
    }
  }

  #values(key: InstallationKey, tokens: IssuedTokens, encrypter: Encrypter) {
    return {
      access_token: encrypter.encrypt(tokens.accessToken, locationOf(key, 'access_token')),
      refresh_token: encrypter.encrypt(tokens.refreshToken, locationOf(key, 'refresh_token')),
      key_id: encrypter.keyId,
      obtained_at: this.#fromNow(0),
      expires_at: this.#fromNow(tokens.expiresInMs),
      usable_until: this.#fromNow(tokens.usableForMs),
      refresh_at: this.#fromNow(tokens.refreshInMs),
      lease_owner: null,
      lease_until: null,
      in_doubt_since: null,
      retry_at: null,
      failures: 0,
    } satisfies Partial<Record<keyof Insertable<InstallationTokensTable>, unknown>>;
  }

  #fromNow(ms: number) {
    return sql<number>`${this.#database.now()} + ${Math.round(ms)}`;
  }
}

/** The holder is part of the key of every update, too. */
function ofHolder(key: InstallationKey) {
  return ({ exists, selectFrom }: ExpressionBuilder<Tables, 'installation_tokens'>) =>
    exists(selectFrom('installations').select('id').where('id', '=', key.id).where('tenant_id', '=', holderId(key)));
}

const ERASED = {
  access_token: null,
  refresh_token: null,
  previous_refresh_token: null,
  lease_owner: null,
  lease_until: null,
  in_doubt_since: null,
  retry_at: null,
};

/** The location that authenticates an encrypted token. */
function locationOf(key: InstallationKey, column: string) {
  return { tenantId: holderId(key), rowId: key.id, column: `installation_tokens.${column}` };
}
