import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Nullable, because a replica of an older release stores grants without them. Such a replica does not find the grants of
 * viewers either: their `tenant_id` is that of no tenant, which also keeps them apart in the unique constraint.
 */
export const viewerGrants: Migration = {
  async up(db: Kysely<unknown>) {
    for (const column of ['viewer_tenant_id', 'viewer_id'])
      await db.schema.alterTable('installations').addColumn(column, 'text').execute();
    await db.schema.alterTable('installations').addColumn('hubspot_user_id', 'bigint').execute();
    await db.schema
      .createIndex('installations_viewer')
      .on('installations')
      .columns(['viewer_tenant_id', 'viewer_id'])
      .execute();
    for (const column of ['hub_id', 'hubspot_user_id'])
      await db.schema.alterTable('revocations').addColumn(column, 'bigint').execute();
    await db.schema.alterTable('marketplace_installs').addColumn('hubspot_user_id', 'bigint').execute();
    await db.schema.alterTable('marketplace_installs').addColumn('is_user_level', 'integer').execute();
  },
};
