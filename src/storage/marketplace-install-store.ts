import { type Selectable, sql } from 'kysely';
import { sha256 } from '../lib/secret.ts';
import type { Database } from './database.ts';
import type { EncryptionKeys } from './encryption/encryption-keys.ts';
import type { GrantHolder } from './grant-holder.ts';
import type { Installation, NewGrant } from './installation.ts';
import type { InstallationStore } from './installation-store.ts';
import type { MarketplaceInstallsTable } from './tables.ts';

/** Rows at the same time. It bounds the table when somebody floods the callback. */
const MAX_ROWS = 10_000;

/** A grant from HubSpot's marketplace that belongs to no tenant yet. Durations are milliseconds from now. */
export interface UnclaimedInstall extends Omit<NewGrant, keyof GrantHolder | 'tokens'> {
  /** Identifies the row. */
  readonly codeHash: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Whether the grant becomes that of the viewer who claims it, instead of the tenant's. */
  readonly isUserLevel: boolean;
  /** Not positive when the access token has expired. */
  readonly expiresInMs: number;
}

/** An unclaimed grant whose time is over. */
export interface ExpiredInstall {
  readonly codeHash: string;
  readonly hubId: number;
  /** `undefined` when it was altered and cannot be revoked. */
  readonly refreshToken: string | undefined;
  /** Whether the grant is that of one person: the app must then stay installed for others. */
  readonly isUserLevel: boolean;
  /** True when a tenant has connected the portal: the app must then stay installed in it. */
  readonly isConnected: boolean;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

/**
 * Installs from HubSpot's marketplace that no tenant has claimed yet. Codes and claim secrets are stored only as hashes. A
 * row without tokens remembers a used code, because a second use of a code can revoke the tokens of the first (RFC 6749
 * § 4.1.2).
 */
export class MarketplaceInstallStore {
  readonly #database: Database;
  readonly #keys: EncryptionKeys;
  readonly #installations: InstallationStore;

  constructor(database: Database, keys: EncryptionKeys, installations: InstallationStore) {
    this.#database = database;
    this.#keys = keys;
    this.#installations = installations;
  }

  /**
   * Reserves a code before its exchange. `used`: another request has reserved it; `full`: there are too many rows.
   * A repetition with the same secret is the same reservation.
   */
  async reserve(code: string, claimSecret: string, ttlMs: number): Promise<'reserved' | 'used' | 'full'> {
    const { query } = this.#database;
    const [codeHash, claimHash] = [sha256(code), sha256(claimSecret)];
    const { keyId } = await this.#keys.encrypter();
    const expiresAt = this.#fromNow(ttlMs);
    // One statement, so that replicas cannot exceed the bound by more than what they insert at the same moment.
    await sql`
      insert into marketplace_installs (code_hash, claim_hash, key_id, expires_at, attempts, due_at)
      select ${codeHash}, ${claimHash}, ${keyId}, ${expiresAt}, 0, ${expiresAt}
      where (select count(*) from marketplace_installs) < ${sql.lit(MAX_ROWS)}
      on conflict (code_hash) do nothing`.execute(query);
    const row = await query
      .selectFrom('marketplace_installs')
      .select('claim_hash')
      .where('code_hash', '=', codeHash)
      .executeTakeFirst();
    if (!row) return 'full';
    return row.claim_hash === claimHash ? 'reserved' : 'used';
  }

  /** Forgets a reservation whose code HubSpot has not exchanged. */
  async release(code: string): Promise<void> {
    await this.#database.query
      .deleteFrom('marketplace_installs')
      .where('code_hash', '=', sha256(code))
      .where('refresh_token', 'is', null)
      .execute();
  }

  /** Stores the tokens of a reserved code. */
  async keep(install: UnclaimedInstall): Promise<void> {
    const { codeHash } = install;
    const encrypter = await this.#keys.encrypterOrFallback();
    await this.#database.query
      .updateTable('marketplace_installs')
      .set({
        hub_id: install.hubId,
        hub_domain: install.hubDomain,
        installed_by: install.installedBy,
        hubspot_user_id: install.userId,
        is_user_level: install.isUserLevel ? 1 : 0,
        granted_scopes: install.grantedScopes.join(' '),
        access_token: encrypter.encrypt(install.accessToken, locationOf(codeHash, 'access_token')),
        refresh_token: encrypter.encrypt(install.refreshToken, locationOf(codeHash, 'refresh_token')),
        key_id: encrypter.keyId,
        token_expires_at: this.#fromNow(install.expiresInMs),
      })
      .where('code_hash', '=', codeHash)
      .execute();
  }

  /**
   * The installs with these secrets that can still be claimed, oldest first. Leaves out those whose tokens were altered.
   * @throws KeyMissingError when this replica lacks the key of one
   */
  async find(claimSecrets: readonly string[]): Promise<(UnclaimedInstall & { readonly claimSecret: string })[]> {
    if (claimSecrets.length === 0) return [];
    const secrets = new Map(claimSecrets.map((secret) => [sha256(secret), secret]));
    const rows = await this.#database.query
      .selectFrom('marketplace_installs')
      .selectAll()
      .select(this.#database.now().as('now'))
      .where('claim_hash', 'in', [...secrets.keys()])
      .where('refresh_token', 'is not', null)
      .where('expires_at', '>', this.#database.now())
      .orderBy('expires_at')
      .execute();
    return rows.flatMap((row) => {
      const install = this.#decrypt(row, row.now);
      const claimSecret = secrets.get(row.claim_hash);
      return install && claimSecret !== undefined ? [{ ...install, claimSecret }] : [];
    });
  }

  /**
   * Stores the grant as the installation of its holder, and erases it here: both or nothing. `undefined` when another request
   * was first. The row stays for `rememberMs`, because the code must not be exchanged again.
   */
  async claim(codeHash: string, grant: NewGrant, rememberMs: number): Promise<Installation | undefined> {
    const lost = new Error('claimed by another request');
    const erase = this.#database.query
      .updateTable('marketplace_installs')
      .set({ ...ERASED, expires_at: this.#fromNow(rememberMs), due_at: this.#fromNow(rememberMs) })
      .where('code_hash', '=', codeHash)
      .where('refresh_token', 'is not', null)
      .where('expires_at', '>', this.#database.now());
    try {
      return await this.#installations.connect(grant, async (transaction) => {
        const { numAffectedRows } = await transaction.executeQuery(erase);
        if (numAffectedRows !== 1n) throw lost;
      });
    } catch (error) {
      if (error === lost) return undefined;
      throw error;
    }
  }

  /** Claims an expired grant for `leaseMs`, whose key this replica has; `undefined` when there is none. */
  async claimExpired(leaseMs: number): Promise<ExpiredInstall | undefined> {
    const { query } = this.#database;
    const now = this.#database.now();
    await query
      .deleteFrom('marketplace_installs')
      .where('due_at', '<=', now)
      .where('refresh_token', 'is', null)
      .execute();
    const due = await query
      .selectFrom('marketplace_installs')
      .select(['code_hash', 'due_at'])
      .where('due_at', '<=', now)
      .where('key_id', 'in', this.#keys.ids)
      .orderBy('due_at')
      .executeTakeFirst();
    if (!due) return undefined;
    const row = await query
      .updateTable('marketplace_installs')
      .set({ due_at: this.#fromNow(leaseMs), attempts: sql<number>`attempts + 1` })
      .where('code_hash', '=', due.code_hash)
      .where('due_at', '=', due.due_at)
      .returningAll()
      .returning(({ exists, selectFrom }) =>
        exists(
          selectFrom('installations')
            .select('id')
            .whereRef('installations.hub_id', '=', 'marketplace_installs.hub_id')
            .where('installations.status', '!=', 'DISCONNECTED'),
        ).as('is_connected'),
      )
      .executeTakeFirst();
    // Another replica claimed it between the two statements.
    if (!row) return this.claimExpired(leaseMs);
    const { code_hash: codeHash, refresh_token: token } = row;
    return {
      codeHash,
      hubId: row.hub_id ?? 0,
      refreshToken: token === null ? undefined : this.#keys.tryDecrypt(token, locationOf(codeHash, 'refresh_token')),
      isUserLevel: row.is_user_level === 1,
      isConnected: Boolean(row.is_connected),
      attempts: row.attempts - 1,
    };
  }

  async done(codeHash: string): Promise<void> {
    await this.#database.query.deleteFrom('marketplace_installs').where('code_hash', '=', codeHash).execute();
  }

  async postpone(codeHash: string, ms: number): Promise<void> {
    await this.#database.query
      .updateTable('marketplace_installs')
      .set({ due_at: this.#fromNow(ms) })
      .where('code_hash', '=', codeHash)
      .execute();
  }

  #decrypt(row: Selectable<MarketplaceInstallsTable>, now: number): UnclaimedInstall | undefined {
    const { code_hash: codeHash, hub_id: hubId, access_token: access, refresh_token: refresh } = row;
    if (hubId === null || access === null || refresh === null) return undefined;
    const accessToken = this.#keys.tryDecrypt(access, locationOf(codeHash, 'access_token'));
    const refreshToken = this.#keys.tryDecrypt(refresh, locationOf(codeHash, 'refresh_token'));
    if (accessToken === undefined || refreshToken === undefined) return undefined;
    return {
      ...{ codeHash, hubId, accessToken, refreshToken },
      hubDomain: row.hub_domain,
      installedBy: row.installed_by,
      userId: row.hubspot_user_id,
      isUserLevel: row.is_user_level === 1,
      grantedScopes: (row.granted_scopes ?? '').split(' ').filter((scope) => scope !== ''),
      expiresInMs: (row.token_expires_at ?? now) - now,
    };
  }

  #fromNow(ms: number) {
    return sql<number>`${this.#database.now()} + ${sql.lit(Math.round(ms))}`;
  }
}

const ERASED = { access_token: null, refresh_token: null, hub_domain: null, installed_by: null };

/** No tenant owns the row yet. */
function locationOf(codeHash: string, column: string) {
  return { tenantId: '', rowId: codeHash, column: `marketplace_installs.${column}` };
}
