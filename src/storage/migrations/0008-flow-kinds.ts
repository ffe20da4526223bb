import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** With a default, because a replica of an older release starts flows without it. */
export const flowKinds: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['authorization_requests', 'pending_connections']) {
      await db.schema
        .alterTable(table)
        .addColumn('kind', 'text', (column) => column.notNull().defaultTo('connect'))
        .execute();
    }
  },
};
