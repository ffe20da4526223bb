import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const portalBudgets: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('portal_budgets')
      .addColumn('hub_id', 'bigint', (column) => column.primaryKey())
      .addColumn('ledger', 'text', (column) => column.notNull())
      .execute();
  },
};
