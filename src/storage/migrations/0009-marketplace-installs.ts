import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const marketplaceInstalls: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('marketplace_installs')
      .addColumn('code_hash', 'text', (column) => column.primaryKey())
      .addColumn('claim_hash', 'text', (column) => column.notNull().unique())
      .addColumn('hub_id', 'bigint')
      .addColumn('hub_domain', 'text')
      .addColumn('installed_by', 'text')
      .addColumn('granted_scopes', 'text')
      .addColumn('access_token', 'text')
      .addColumn('refresh_token', 'text')
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('token_expires_at', 'bigint')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('marketplace_installs_due').on('marketplace_installs').column('due_at').execute();
  },
};
