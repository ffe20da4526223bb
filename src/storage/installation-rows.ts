import { type Selectable, sql } from 'kysely';
import type { Database } from './database.ts';
import type {
  Installation,
  InstallationChange,
  InstallationStatus,
  InstallationStatusReason,
  StoredChange,
} from './installation.ts';
import type { InstallationsTable } from './tables.ts';

/** Installations and viewers' defaults that changed within the last `ms`, by the database's clock. */
export async function readChanges(database: Database, ms: number): Promise<StoredChange[]> {
  const start = sql<number>`${database.now()} - ${Math.round(ms)}`;
  const rows = await database.query
    .selectFrom('installations')
    .select(['id', 'tenant_id', 'viewer_tenant_id', 'viewer_id', 'status', 'status_reason'])
    .select(['grant_version', 'updated_at'])
    .where('updated_at', '>', start)
    .unionAll(({ selectFrom }) =>
      selectFrom('default_installations')
        .select([
          sql<string>`''`.as('id'),
          'tenant_id',
          sql<string | null>`tenant_id`.as('viewer_tenant_id'),
          sql<string | null>`viewer_id`.as('viewer_id'),
          // No installation has this status.
          sql<string>`''`.as('status'),
          sql<null>`null`.as('status_reason'),
          sql<number>`0`.as('grant_version'),
          'updated_at',
        ])
        .where('updated_at', '>', start),
    )
    .execute();
  return rows.map((row) =>
    row.status === ''
      ? { kind: 'default', tenantId: row.tenant_id, viewerId: row.viewer_id ?? '', updatedAt: row.updated_at }
      : { kind: 'installation', ...toChange(row) },
  );
}

type ChangeColumns =
  | 'id'
  | 'tenant_id'
  | 'viewer_tenant_id'
  | 'viewer_id'
  | 'status'
  | 'status_reason'
  | 'grant_version'
  | 'updated_at';

function toChange(row: Pick<Selectable<InstallationsTable>, ChangeColumns>): InstallationChange {
  return {
    id: row.id,
    tenantId: row.viewer_tenant_id ?? row.tenant_id,
    viewerId: row.viewer_id,
    // Only the installation store writes them, with values of the two unions.
    status: row.status as InstallationStatus,
    statusReason: row.status_reason as InstallationStatusReason | null,
    grantVersion: row.grant_version,
    updatedAt: row.updated_at,
  };
}

/** False for the row that a left join adds when it finds none. */
export function isInstallation<R extends object>(row: R): row is R & Selectable<InstallationsTable> {
  return 'id' in row && row.id !== null;
}

export function toInstallation(row: Selectable<InstallationsTable>): Installation {
  return {
    ...toChange(row),
    hubId: row.hub_id,
    hubDomain: row.hub_domain,
    grantedScopes: row.granted_scopes === '' ? [] : row.granted_scopes.split(' '),
    installedBy: row.installed_by,
    connectedAt: row.connected_at,
  };
}
