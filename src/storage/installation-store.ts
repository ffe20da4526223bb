import { randomUUID } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database } from './database.ts';
import type { RevocationStore } from './revocation-store.ts';
import type { InstallationsTable, Tables } from './tables.ts';
import type { InstallationKey, IssuedTokens, TokenStore } from './token-store.ts';

export type InstallationStatus = 'ACTIVE' | 'REAUTHORIZATION_REQUIRED' | 'DISCONNECTED';
export type InstallationStatusReason = 'REVOKED' | 'LOST_ROTATION' | 'UNINSTALLED' | 'DISCONNECTED_BY_VIEWER';

/** The installation of the app in one HubSpot portal for one tenant. Its tokens are in the token store. */
export interface Installation {
  readonly id: string;
  readonly tenantId: string;
  /** The portal's number. */
  readonly hubId: number;
  readonly hubDomain: string | null;
  readonly status: InstallationStatus;
  readonly statusReason: InstallationStatusReason | null;
  readonly grantedScopes: readonly string[];
  /** Rises whenever the grant may have changed. It is part of the key of all cached data. */
  readonly grantVersion: number;
  /** E-mail address of the person who consented. */
  readonly installedBy: string | null;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly updatedAt: number;
}

/** The state of an installation after a change. */
export type InstallationChange = Pick<
  Installation,
  'id' | 'tenantId' | 'status' | 'statusReason' | 'grantVersion' | 'updatedAt'
>;

/** A consent that HubSpot has just confirmed. */
export interface NewGrant {
  readonly tenantId: string;
  readonly hubId: number;
  readonly hubDomain: string | null;
  readonly installedBy: string | null;
  readonly grantedScopes: readonly string[];
  readonly tokens: IssuedTokens;
}

/** The facts that HubSpot reports about a grant; null if it does not. */
export interface GrantFacts {
  readonly scopes: readonly string[];
  readonly hubDomain: string | null;
  /** E-mail address of the person who consented. */
  readonly user: string | null;
}

/** The installations of one tenant, oldest first. */
export interface TenantInstallations {
  readonly installations: readonly Installation[];
  /** False while no viewer of the tenant has chosen a default. */
  readonly hasDefaults: boolean;
}

/** A changed row, of which other replicas can have an older version. Times are epoch milliseconds. */
export type StoredChange =
  | ({ readonly kind: 'installation' } & InstallationChange)
  | { readonly kind: 'default'; readonly tenantId: string; readonly viewerId: string; readonly updatedAt: number };

/** The installations, and the changes that concern them together with their tokens. */
export class InstallationStore {
  readonly #database: Database;
  readonly #tokens: TokenStore;
  readonly #revocations: RevocationStore;

  constructor(database: Database, tokens: TokenStore, revocations: RevocationStore) {
    this.#database = database;
    this.#tokens = tokens;
    this.#revocations = revocations;
  }

  /** All installations of a tenant, oldest first. */
  async list(tenantId: string): Promise<Installation[]> {
    return [...(await this.ofTenant(tenantId)).installations];
  }

  async ofTenant(tenantId: string): Promise<TenantInstallations> {
    const rows = await this.#database.query
      .selectFrom('installations')
      .selectAll()
      .select(({ exists, selectFrom }) =>
        exists(selectFrom('default_installations').select('viewer_id').where('tenant_id', '=', tenantId)).as(
          'has_defaults',
        ),
      )
      .where('tenant_id', '=', tenantId)
      .orderBy('connected_at')
      .orderBy('id')
      .execute();
    return { installations: rows.map(toInstallation), hasDefaults: rows.some((row) => Boolean(row.has_defaults)) };
  }

  /**
   * Stores a consent: a new installation, or the same one again (its id stays) when this tenant had this portal before.
   * Installation, tokens and the work of `first` change together or not at all.
   */
  async connect(grant: NewGrant, first?: (transaction: Kysely<Tables>) => Promise<void>): Promise<Installation> {
    const now = this.#database.now();
    return this.#database.query.transaction().execute(async (transaction) => {
      await first?.(transaction);
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
            // The domain belongs to the portal, and stays when HubSpot does not report it again.
            hub_domain: sql<string | null>`coalesce(excluded.hub_domain, installations.hub_domain)`,
            status: 'ACTIVE',
            status_reason: null,
            granted_scopes: row.ref('excluded.granted_scopes'),
            grant_version: sql<number>`installations.grant_version + 1`,
            installed_by: row.ref('excluded.installed_by'),
            connected_at: row.ref('excluded.connected_at'),
            updated_at: sql<number>`case when excluded.updated_at > installations.updated_at then excluded.updated_at else installations.updated_at + 1 end`,
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.#tokens.replace(transaction, { tenantId: row.tenant_id, id: row.id }, grant.tokens);
      return toInstallation(row);
    });
  }

  /**
   * Marks a grant as lost if `version` is still that of its tokens. False when another replica was first, or has saved
   * tokens meanwhile.
   */
  async expire(key: InstallationKey, version: number, reason: InstallationStatusReason): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installations')
      .set({ status: 'REAUTHORIZATION_REQUIRED', status_reason: reason, ...this.#changed() })
      .where('id', '=', key.id)
      .where('tenant_id', '=', key.tenantId)
      .where('status', '=', 'ACTIVE')
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('installation_tokens')
            .select('version')
            .where('installation_id', '=', key.id)
            .where('version', '=', version),
        ),
      )
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Restores a grant that was marked as lost, after its tokens arrived late. False when it was not marked. */
  async recover(key: InstallationKey): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.query
      .updateTable('installations')
      .set({ status: 'ACTIVE', status_reason: null, ...this.#changed() })
      .where('id', '=', key.id)
      .where('tenant_id', '=', key.tenantId)
      .where('status', '=', 'REAUTHORIZATION_REQUIRED')
      .where('status_reason', '=', 'LOST_ROTATION')
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Stores the current scopes and facts of a grant. Returns the updated installation. */
  async updateGrant(key: InstallationKey, { scopes, hubDomain, user }: GrantFacts): Promise<Installation | undefined> {
    const row = await this.#database.query
      .updateTable('installations')
      .set({
        granted_scopes: scopes.join(' '),
        ...(hubDomain !== null && { hub_domain: hubDomain }),
        ...(user !== null && { installed_by: user }),
        ...this.#changed(),
      })
      .where('id', '=', key.id)
      .where('tenant_id', '=', key.tenantId)
      .returningAll()
      .executeTakeFirst();
    return row && toInstallation(row);
  }

  /** Erases the tokens of an installation and adds their revocation. False when it was disconnected before. */
  async disconnect(key: InstallationKey, uninstall: boolean): Promise<boolean> {
    return this.#database.query.transaction().execute(async (transaction) => {
      const before = await transaction
        .selectFrom('installations')
        .select('status')
        .where('id', '=', key.id)
        .where('tenant_id', '=', key.tenantId)
        .executeTakeFirst();
      const { numUpdatedRows } = await transaction
        .updateTable('installations')
        .set({ status: 'DISCONNECTED', status_reason: 'DISCONNECTED_BY_VIEWER', ...this.#changed() })
        .where('id', '=', key.id)
        .where('tenant_id', '=', key.tenantId)
        .where('status', '!=', 'DISCONNECTED')
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      const refreshToken = await this.#tokens.erase(transaction, key);
      // A grant that HubSpot has ended needs no revocation.
      if (before?.status === 'ACTIVE' && refreshToken !== undefined) {
        await this.#revocations.add(transaction, {
          tenantId: key.tenantId,
          installationId: key.id,
          refreshToken,
          uninstall,
        });
      }
      return true;
    });
  }

  /** Installations and viewers' defaults that changed within the last `ms`, by the database's clock. */
  async changedWithin(ms: number): Promise<StoredChange[]> {
    const start = sql<number>`${this.#database.now()} - ${Math.round(ms)}`;
    const rows = await this.#database.query
      .selectFrom('installations')
      .select(['id', 'tenant_id', 'status', 'status_reason', 'grant_version', 'updated_at'])
      .select(sql<string | null>`null`.as('viewer_id'))
      .where('updated_at', '>', start)
      .unionAll(({ selectFrom }) =>
        selectFrom('default_installations')
          .select([
            sql<string>`''`.as('id'),
            'tenant_id',
            sql<string>`''`.as('status'),
            sql<null>`null`.as('status_reason'),
            sql<number>`0`.as('grant_version'),
            'updated_at',
            'viewer_id',
          ])
          .where('updated_at', '>', start),
      )
      .execute();
    return rows.map(({ viewer_id: viewerId, ...row }) =>
      viewerId === null
        ? { kind: 'installation', ...toChange(row) }
        : { kind: 'default', tenantId: row.tenant_id, viewerId, updatedAt: row.updated_at },
    );
  }

  /** When the access tokens of a tenant's installations expire, in epoch milliseconds by installation id. */
  async tokenExpiries(tenantId: string): Promise<Map<string, number>> {
    const rows = await this.#database.query
      .selectFrom('installation_tokens')
      .innerJoin('installations', 'installations.id', 'installation_tokens.installation_id')
      .select(['installation_tokens.installation_id', 'installation_tokens.expires_at'])
      .where('installations.tenant_id', '=', tenantId)
      .where('installation_tokens.access_token', 'is not', null)
      .execute();
    return new Map(rows.map((row) => [row.installation_id, row.expires_at]));
  }

  /** Each change has a different `updated_at`, so that replicas can compare timestamps. */
  #changed() {
    const now = this.#database.now();
    return {
      updated_at: sql<number>`case when ${now} > updated_at then ${now} else updated_at + 1 end`,
      grant_version: sql<number>`grant_version + 1`,
    };
  }
}

type ChangeColumns = 'id' | 'tenant_id' | 'status' | 'status_reason' | 'grant_version' | 'updated_at';

function toChange(row: Pick<Selectable<InstallationsTable>, ChangeColumns>): InstallationChange {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    // Only this class writes them, with values of the two unions.
    status: row.status as InstallationStatus,
    statusReason: row.status_reason as InstallationStatusReason | null,
    grantVersion: row.grant_version,
    updatedAt: row.updated_at,
  };
}

function toInstallation(row: Selectable<InstallationsTable>): Installation {
  return {
    ...toChange(row),
    hubId: row.hub_id,
    hubDomain: row.hub_domain,
    grantedScopes: row.granted_scopes === '' ? [] : row.granted_scopes.split(' '),
    installedBy: row.installed_by,
    connectedAt: row.connected_at,
  };
}
