import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { ViewerId } from './default-installation-store.ts';
import { holderId } from './grant-holder.ts';
import type {
  GrantFacts,
  HeldInstallations,
  Installation,
  InstallationStatusReason,
  NewGrant,
  StoredChange,
} from './installation.ts';
import { isInstallation, readChanges, toInstallation } from './installation-rows.ts';
import type { RevocationStore } from './revocation-store.ts';
import type { Tables } from './tables.ts';
import type { InstallationKey, TokenStore } from './token-store.ts';

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

  /** All installations of a holder, oldest first. @param holder its `holderId` */
  async list(holder: string): Promise<Installation[]> {
    return [...(await this.ofHolder(holder)).installations];
  }

  /** The same with facts about the viewers of a tenant, in one statement. */
  async ofHolder(holder: string): Promise<HeldInstallations> {
    const rows = await this.#database.query
      // A holder without installations has a row, too, because the facts are in it.
      .selectFrom(sql<{ one: number }>`(select 1 as one)`.as('holder'))
      .leftJoin('installations', (join) => join.on('installations.tenant_id', '=', holder))
      .selectAll('installations')
      .select(({ exists, selectFrom }) => [
        exists(selectFrom('default_installations').select('viewer_id').where('tenant_id', '=', holder)).as(
          'has_defaults',
        ),
        exists(selectFrom('installations').select('id').where('viewer_tenant_id', '=', holder)).as('has_viewer_grants'),
      ])
      .orderBy('connected_at')
      .orderBy('id')
      .execute();
    return {
      installations: rows.filter(isInstallation).map(toInstallation),
      hasDefaults: rows.some((row) => Boolean(row.has_defaults)),
      hasViewerGrants: rows.some((row) => Boolean(row.has_viewer_grants)),
    };
  }

  /** The portal of an installation that a viewer can use; `undefined` when there is none. */
  async portalOf({ tenantId, viewerId }: ViewerId, id: string): Promise<number | undefined> {
    const row = await this.#database.query
      .selectFrom('installations')
      .select('hub_id')
      .where('id', '=', id)
      .where('tenant_id', 'in', [tenantId, holderId({ tenantId, viewerId })])
      .executeTakeFirst();
    return row?.hub_id;
  }

  /** True when a viewer of any tenant holds a grant, so that the app is probably a user-level app. */
  async hasViewerGrants(): Promise<boolean> {
    const found = this.#database.query
      .selectFrom('installations')
      .select('id')
      .where('viewer_tenant_id', 'is not', null);
    return (await found.limit(1).executeTakeFirst()) !== undefined;
  }

  /**
   * Stores a consent: a new installation, or the same one again (its id stays) when this holder had this portal before.
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
          tenant_id: holderId(grant),
          viewer_tenant_id: grant.viewerId === null ? null : grant.tenantId,
          viewer_id: grant.viewerId,
          hub_id: grant.hubId,
          hub_domain: grant.hubDomain,
          status: 'ACTIVE',
          status_reason: null,
          granted_scopes: grant.grantedScopes.join(' '),
          grant_version: 1,
          installed_by: grant.installedBy,
          hubspot_user_id: grant.userId,
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
            hubspot_user_id: row.ref('excluded.hubspot_user_id'),
            connected_at: row.ref('excluded.connected_at'),
            updated_at: sql<number>`case when excluded.updated_at > installations.updated_at then excluded.updated_at else installations.updated_at + 1 end`,
          })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      const installation = toInstallation(row);
      await this.#tokens.replace(transaction, installation, grant.tokens);
      return installation;
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
      .where('tenant_id', '=', holderId(key))
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
      .where('tenant_id', '=', holderId(key))
      .where('status', '=', 'REAUTHORIZATION_REQUIRED')
      .where('status_reason', '=', 'LOST_ROTATION')
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Stores the current scopes and facts of a grant. Returns the updated installation. */
  async updateGrant(
    key: InstallationKey,
    { scopes, hubDomain, user, userId }: GrantFacts,
  ): Promise<Installation | undefined> {
    const row = await this.#database.query
      .updateTable('installations')
      .set({
        granted_scopes: scopes.join(' '),
        ...(hubDomain !== null && { hub_domain: hubDomain }),
        ...(user !== null && { installed_by: user }),
        ...(userId !== null && { hubspot_user_id: userId }),
        ...this.#changed(),
      })
      .where('id', '=', key.id)
      .where('tenant_id', '=', holderId(key))
      .returningAll()
      .executeTakeFirst();
    return row && toInstallation(row);
  }

  /** Erases the tokens of an installation and adds their revocation. False when it was disconnected before. */
  async disconnect(key: InstallationKey, uninstall: boolean): Promise<boolean> {
    return this.#database.query.transaction().execute(async (transaction) => {
      const before = await transaction
        .selectFrom('installations')
        .select(['status', 'hub_id', 'viewer_id', 'hubspot_user_id'])
        .where('id', '=', key.id)
        .where('tenant_id', '=', holderId(key))
        .executeTakeFirst();
      const { numUpdatedRows } = await transaction
        .updateTable('installations')
        .set({ status: 'DISCONNECTED', status_reason: 'DISCONNECTED_BY_VIEWER', ...this.#changed() })
        .where('id', '=', key.id)
        .where('tenant_id', '=', holderId(key))
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
          user: before.viewer_id === null ? undefined : { hubId: before.hub_id, userId: before.hubspot_user_id },
        });
      }
      return true;
    });
  }

  /** Installations and viewers' defaults that changed within the last `ms`, by the database's clock. */
  changedWithin(ms: number): Promise<StoredChange[]> {
    return readChanges(this.#database, ms);
  }

  /** When the access tokens of the installations that a viewer can use expire, in epoch milliseconds by installation id. */
  async tokenExpiries({ tenantId, viewerId }: ViewerId): Promise<Map<string, number>> {
    const rows = await this.#database.query
      .selectFrom('installation_tokens')
      .innerJoin('installations', 'installations.id', 'installation_tokens.installation_id')
      .select(['installation_tokens.installation_id', 'installation_tokens.expires_at'])
      .where('installations.tenant_id', 'in', [tenantId, holderId({ tenantId, viewerId })])
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
