import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const activeKey: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('active_key')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('proof', 'text', (column) => column.notNull())
      .execute();
  },
};
