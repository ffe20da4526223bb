import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const defaultInstallations: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('default_installations')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('viewer_id', 'text', (column) => column.notNull())
      .addColumn('installation_id', 'text', (column) => column.references('installations.id').onDelete('cascade'))
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('default_installations_viewer', ['tenant_id', 'viewer_id'])
      .execute();
    await db.schema
      .createIndex('default_installations_updated_at')
      .on('default_installations')
      .column('updated_at')
      .execute();
  },
};
