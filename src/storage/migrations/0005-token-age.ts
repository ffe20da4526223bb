import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Nullable, because a replica of an older release saves tokens without it. */
export const tokenAge: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('installation_tokens').addColumn('obtained_at', 'bigint').execute();
  },
};
