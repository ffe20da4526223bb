import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const revocations: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('revocations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('installation_id', 'text', (column) => column.notNull())
      .addColumn('refresh_token', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('uninstall', 'integer', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('revocations_due').on('revocations').column('due_at').execute();
  },
};
