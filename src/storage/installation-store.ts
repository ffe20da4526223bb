import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Database } from './database.ts';
import type { InstallationsTable } from './tables.ts';
import type { TokenCipher } from './token-cipher.ts';

export type InstallationStatus = 'ACTIVE' | 'REAUTHORIZATION_REQUIRED' | 'DISCONNECTED';
export type InstallationStatusReason = 'REVOKED' | 'LOST_ROTATION' | 'UNINSTALLED' | 'DISCONNECTED_BY_VIEWER';

/** The stored fact that this app is installed in one HubSpot portal for one tenant. Its tokens are read apart. */
export interface Installation {
  readonly id: string;
  readonly tenantId: string;
  /** The portal's number. */
  readonly hubId: number;
  readonly hubDomain: string | null;
  readonly status: InstallationStatus;
  readonly statusReason: InstallationStatusReason | null;
  readonly grantedScopes: readonly string[];
  /** Rises whenever the grant may have changed; part of the key of everything that is kept under it. */
  readonly grantVersion: number;
  /** E-mail address of the person who consented. */
  readonly installedBy: string | null;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly updatedAt: number;
}

/** Names one installation; the tenant is always part of it. */
export interface InstallationKey {
  readonly tenantId: string;
  readonly id: string;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Remaining life of the access token in milliseconds, by the database's clock. */
  readonly expiresInMs: number;
}

export interface StoredTokens extends TokenPair {
  readonly version: number;
}

/** A consent that HubSpot has just confirmed. */
export interface NewGrant {
  readonly tenantId: string;
  readonly hubId: number;
  readonly hubDomain: string | null;
  readonly installedBy: string | null;
  readonly grantedScopes: readonly string[];
  readonly tokens: TokenPair;
}

/** Installations and their tokens. Secrets are sealed on the way in and opened on the way out. */
export class InstallationStore {
  readonly #database: Database;
  readonly #cipher: TokenCipher;

  constructor(database: Database, cipher: TokenCipher) {
    this.#database = database;
    this.#cipher = cipher;
  }

  /** All installations of a tenant, oldest first. */
  async list(tenantId: string): Promise<Installation[]> {
    const rows = await this.#database.query
      .selectFrom('installations')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .orderBy('connected_at')
      .orderBy('id')
      .execute();
    return rows.map(toInstallation);
  }

  /**
   * Stores a consent: a new installation, or the same one again (its id stays) when this tenant had this portal before.
   * Installation and tokens change together or not at all.
   */
  async connect(grant: NewGrant): Promise<Installation> {
    const now = this.#database.now();
    return this.#database.query.transaction().execute(async (transaction) => {
      const row = await transaction
        .insertInto('installations')
        .values({
          id: `Installation:${randomUUID()}`,
          tenant_id: grant.tenantId,
          hub_id: grant.hubId,
          hub_domain: grant.hubDomain,
          status: 'ACTIVE',
          status_reason: null,
          granted_scopes: grant.grantedScopes.join(' '),
          grant_version: 1,
          installed_by: grant.installedBy,
          connected_at: now,
          updated_at: now,
        })
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'hub_id']).doUpdateSet((row) => ({
            hub_domain: row.ref('excluded.hub_domain'),
            status: 'ACTIVE',
            status_reason: null,
            granted_scopes: row.ref('excluded.granted_scopes'),
            grant_version: sql<number>`installations.grant_version + 1`,
            installed_by: row.ref('excluded.installed_by'),
            connected_at: row.ref('excluded.connected_at'),
            updated_at: row.ref('excluded.updated_at'),
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      const sealed = this.#seal({ tenantId: row.tenant_id, id: row.id }, grant.tokens);
      await transaction
        .insertInto('installation_tokens')
        .values({ installation_id: row.id, ...sealed, expires_at: this.#expiry(grant.tokens), version: 1 })
        .onConflict((conflict) =>
          conflict.column('installation_id').doUpdateSet((row) => ({
            access_token: row.ref('excluded.access_token'),
            refresh_token: row.ref('excluded.refresh_token'),
            expires_at: row.ref('excluded.expires_at'),
            // A refresh that is still under way for the older grant must lose its compare-and-set.
            version: sql<number>`installation_tokens.version + 1`,
          })),
        )
        .execute();
      return toInstallation(row);
    });
  }

  /**
   * The current tokens; `undefined` when this tenant has no such installation or it holds none.
   * @throws SealBrokenError when a stored token was tampered with or its key is missing
   */
  async tokens(key: InstallationKey): Promise<StoredTokens | undefined> {
    const row = await this.#database.query
      .selectFrom('installation_tokens')
      .innerJoin('installations', 'installations.id', 'installation_tokens.installation_id')
      .select([
        'installation_tokens.access_token',
        'installation_tokens.refresh_token',
        'installation_tokens.expires_at',
        'installation_tokens.version',
        this.#database.now().as('now'),
      ])
      .where('installations.id', '=', key.id)
      .where('installations.tenant_id', '=', key.tenantId)
      .executeTakeFirst();
    if (!row) return undefined;
    return {
      accessToken: this.#cipher.open(row.access_token, place(key, 'access_token')),
      refreshToken: this.#cipher.open(row.refresh_token, place(key, 'refresh_token')),
      expiresInMs: row.expires_at - row.now,
      version: row.version,
    };
  }

  /** Saves refreshed tokens if `version` is still the stored one; false, and nothing changed, when somebody was first. */
  async saveTokens(key: InstallationKey, version: number, tokens: TokenPair): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installation_tokens')
      .set({ ...this.#seal(key, tokens), expires_at: this.#expiry(tokens), version: version + 1 })
      .where('installation_id', '=', key.id)
      .where('version', '=', version)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** When the access tokens of a tenant's installations expire, in epoch milliseconds by installation id. */
  async tokenExpiries(tenantId: string): Promise<Map<string, number>> {
    const rows = await this.#database.query
      .selectFrom('installation_tokens')
      .innerJoin('installations', 'installations.id', 'installation_tokens.installation_id')
      .select(['installation_tokens.installation_id', 'installation_tokens.expires_at'])
      .where('installations.tenant_id', '=', tenantId)
      .execute();
    return new Map(rows.map((row) => [row.installation_id, row.expires_at]));
  }

  #seal(key: InstallationKey, tokens: TokenPair): { access_token: string; refresh_token: string } {
    return {
      access_token: this.#cipher.seal(tokens.accessToken, place(key, 'access_token')),
      refresh_token: this.#cipher.seal(tokens.refreshToken, place(key, 'refresh_token')),
    };
  }

  #expiry({ expiresInMs }: TokenPair) {
    return sql<number>`${this.#database.now()} + ${sql.lit(Math.round(expiresInMs))}`;
  }
}

function place(key: InstallationKey, column: string) {
  return { tenantId: key.tenantId, rowId: key.id, column: `installation_tokens.${column}` };
}

function toInstallation(row: Selectable<InstallationsTable>): Installation {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    hubId: row.hub_id,
    hubDomain: row.hub_domain,
    // Written by this class alone, from the two unions.
    status: row.status as InstallationStatus,
    statusReason: row.status_reason as InstallationStatusReason | null,
    grantedScopes: row.granted_scopes === '' ? [] : row.granted_scopes.split(' '),
    grantVersion: row.grant_version,
    installedBy: row.installed_by,
    connectedAt: row.connected_at,
    updatedAt: row.updated_at,
  };
}
