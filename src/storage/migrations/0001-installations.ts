import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const installations: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('installations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('hub_id', 'bigint', (column) => column.notNull())
      .addColumn('hub_domain', 'text')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('status_reason', 'text')
      .addColumn('granted_scopes', 'text', (column) => column.notNull())
      .addColumn('grant_version', 'integer', (column) => column.notNull())
      .addColumn('installed_by', 'text')
      .addColumn('connected_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('installations_tenant_portal', ['tenant_id', 'hub_id'])
      .execute();
    await db.schema
      .createTable('installation_tokens')
      .addColumn('installation_id', 'text', (column) =>
        column.primaryKey().references('installations.id').onDelete('cascade'),
      )
      .addColumn('access_token', 'text')
      .addColumn('refresh_token', 'text')
      .addColumn('previous_refresh_token', 'text')
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('usable_until', 'bigint', (column) => column.notNull())
      .addColumn('refresh_at', 'bigint', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint')
      .addColumn('in_doubt_since', 'bigint')
      .addColumn('retry_at', 'bigint')
      .addColumn('failures', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('installations_updated_at').on('installations').column('updated_at').execute();
    await db.schema.createIndex('installation_tokens_key').on('installation_tokens').column('key_id').execute();
  },
};
