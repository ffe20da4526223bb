import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const authorizationRequests: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('authorization_requests')
      .addColumn('state_hash', 'text', (column) => column.primaryKey())
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('viewer_id', 'text', (column) => column.notNull())
      .addColumn('cookie_hash', 'text', (column) => column.notNull())
      .addColumn('code_verifier', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('installation_id', 'text')
      .addColumn('return_to', 'text')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('authorization_requests_expiry')
      .on('authorization_requests')
      .column('expires_at')
      .execute();
    await db.schema
      .createTable('pending_connections')
      .addColumn('handle_hash', 'text', (column) => column.primaryKey())
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('viewer_id', 'text', (column) => column.notNull())
      .addColumn('code', 'text', (column) => column.notNull())
      .addColumn('code_verifier', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('installation_id', 'text')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('pending_connections_expiry').on('pending_connections').column('expires_at').execute();
  },
};
