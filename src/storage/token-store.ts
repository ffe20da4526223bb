import { type ExpressionBuilder, type Insertable, type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Encrypter, EncryptionKeys } from './encryption/encryption-keys.ts';
import { DecryptionError } from './encryption/token-cipher.ts';
import type { InstallationTokensTable, Tables } from './tables.ts';

/** Names one installation; the tenant is always part of it. */
export interface InstallationKey {
  readonly tenantId: string;
  readonly id: string;
}

/** Tokens as HubSpot handed them out; durations in milliseconds from then. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInMs: number;
  /** The access token is used no longer than this. */
  readonly usableForMs: number;
  /** From here on whoever uses it has it refreshed. */
  readonly refreshInMs: number;
}

/** Tokens as they are stored; durations from now by the database's clock, negative when they are over. */
export interface StoredTokens extends IssuedTokens {
  /** Rises by one with every save: the compare-and-set key. */
  readonly version: number;
  /** Since they were saved; infinite where nobody noted when. */
  readonly ageMs: number;
  /** The refresh token before this one, until this one has worked. */
  readonly previousRefreshToken: string | undefined;
  /** How long an exchange that somebody else has claimed may still take; not positive when nobody has. */
  readonly leasedForMs: number;
  /** How long to leave HubSpot alone after failures; not positive when it may be asked. */
  readonly retryInMs: number;
  /** Failed exchanges in a row. */
  readonly failures: number;
  /** True when an exchange began whose outcome nobody saw. */
  readonly inDoubt: boolean;
}

/** What to remember of an exchange that brought no tokens. */
export interface FailedRefresh {
  readonly retryInMs: number;
  /** False when HubSpot certainly did not carry the exchange out. */
  readonly inDoubt: boolean;
}

/**
 * The tokens of installations and the leases on their exchange. A lease only prevents double work; what keeps tokens
 * safe is that every write names the version that it replaces, and that versions never come again.
 */
export class TokenStore {
  readonly #database: Database;
  readonly #keys: EncryptionKeys;

  constructor(database: Database, keys: EncryptionKeys) {
    this.#database = database;
    this.#keys = keys;
  }

  /**
   * `undefined` when this tenant has no such installation, or it holds no tokens.
   * @throws DecryptionError when a stored token was tampered with; KeyMissingError when its key is not here
   */
  async read(key: InstallationKey, query: Kysely<Tables> = this.#database.query): Promise<StoredTokens | undefined> {
    const row = await query
      .selectFrom('installation_tokens')
      .innerJoin('installations', 'installations.id', 'installation_tokens.installation_id')
      .selectAll('installation_tokens')
      .select(this.#database.now().as('now'))
      .where('installations.id', '=', key.id)
      .where('installations.tenant_id', '=', key.tenantId)
      .executeTakeFirst();
    if (!row || row.access_token === null || row.refresh_token === null) return undefined;
    const { previous_refresh_token: previous } = row;
    return {
      accessToken: this.#keys.open(row.access_token, tokenPlace(key, 'access_token')),
      refreshToken: this.#keys.open(row.refresh_token, tokenPlace(key, 'refresh_token')),
      previousRefreshToken:
        previous === null ? undefined : this.#keys.open(previous, tokenPlace(key, 'previous_refresh_token')),
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

  /** Puts the tokens of a new consent in place, inside the transaction that stores the consent. */
  async replace(transaction: Kysely<Tables>, key: InstallationKey, tokens: IssuedTokens): Promise<void> {
    const sealer = await this.#keys.lastingSealer(transaction);
    const values = { ...this.#values(key, tokens, sealer), previous_refresh_token: null };
    await transaction
      .insertInto('installation_tokens')
      .values({ installation_id: key.id, version: 1, ...values })
      .onConflict((conflict) =>
        // An exchange that is still under way for the older grant must lose its compare-and-set.
        conflict
          .column('installation_id')
          .doUpdateSet({ ...values, version: sql<number>`installation_tokens.version + 1` }),
      )
      .execute();
  }

  /**
   * Claims the exchange of `version`. False when somebody else has it, it is being left alone, or it is over.
   * @throws KeyMissingError when what it brings could not be sealed as other replicas expect
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
      .where(ofTenant(key))
      .where('version', '=', version)
      .where('refresh_token', 'is not', null)
      .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<=', now)]))
      .where((row) => row.or([row('retry_at', 'is', null), row('retry_at', '<=', now)]))
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Keeps a claim for `leaseMs` from now. False when somebody else has it, or the exchange is over. */
  async renewClaim(key: InstallationKey, version: number, owner: string, leaseMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installation_tokens')
      .set({ lease_until: this.#fromNow(leaseMs) })
      .where('installation_id', '=', key.id)
      .where(ofTenant(key))
      .where('version', '=', version)
      .where('lease_owner', '=', owner)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /**
   * Saves exchanged tokens if `version` is still the stored one; false, and nothing changed, when somebody was first.
   * The lease is not asked for: a late holder's tokens may be the only ones that work.
   * @param tokens or a function that is asked last, for what waiting here takes from their lives
   */
  async save(
    key: InstallationKey,
    version: number,
    tokens: IssuedTokens | (() => IssuedTokens),
    previous: string | undefined,
  ): Promise<boolean> {
    const place = tokenPlace(key, 'previous_refresh_token');
    const sealer = await this.#keys.lastingSealer();
    const issued = typeof tokens === 'function' ? tokens() : tokens;
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installation_tokens')
      .set({
        ...this.#values(key, issued, sealer),
        previous_refresh_token: previous === undefined ? null : sealer.seal(previous, place),
        version: version + 1,
      })
      .where('installation_id', '=', key.id)
      .where(ofTenant(key))
      .where('version', '=', version)
      .where('refresh_token', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Gives a claimed exchange back that brought nothing. */
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
      .where(ofTenant(key))
      .where('version', '=', version)
      .where('lease_owner', '=', owner)
      .execute();
  }

  /**
   * Forgets the tokens, inside the transaction that disconnects; the refresh token that was the last one, where it
   * could be opened. An exchange that is under way loses its compare-and-set.
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
      // None was updated when somebody saved in between: theirs is the last one then.
      if (last === undefined || numUpdatedRows === 1n) return last?.refreshToken;
    }
  }

  #values(key: InstallationKey, tokens: IssuedTokens, sealer: Encrypter) {
    return {
      access_token: sealer.seal(tokens.accessToken, tokenPlace(key, 'access_token')),
      refresh_token: sealer.seal(tokens.refreshToken, tokenPlace(key, 'refresh_token')),
      key_id: sealer.keyId,
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

/** The tenant is part of every key, also of those that are written by. */
function ofTenant({ tenantId, id }: InstallationKey) {
  return ({ exists, selectFrom }: ExpressionBuilder<Tables, 'installation_tokens'>) =>
    exists(selectFrom('installations').select('id').where('id', '=', id).where('tenant_id', '=', tenantId));
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

/** Where a token is sealed: the row's tenant and installation, and its column. */
function tokenPlace(key: InstallationKey, column: string) {
  return { tenantId: key.tenantId, rowId: key.id, column: `installation_tokens.${column}` };
}
