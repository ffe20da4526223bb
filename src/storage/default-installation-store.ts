import { sql } from 'kysely';
import type { Database } from './database.ts';

/** A user of one tenant. */
export interface ViewerId {
  readonly tenantId: string;
  readonly viewerId: string;
}

/** The installation for a viewer's operations that name none. */
export interface DefaultInstallation {
  /** `undefined` when the viewer has removed the choice, or never made one. */
  readonly installationId: string | undefined;
  /** Epoch milliseconds, different after each change; `undefined` when the viewer never made a choice. */
  readonly updatedAt: number | undefined;
}

/** The default installations that viewers chose. */
export class DefaultInstallationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read({ tenantId, viewerId }: ViewerId): Promise<DefaultInstallation> {
    const row = await this.#database.query
      .selectFrom('default_installations')
      .select(['installation_id', 'updated_at'])
      .where('tenant_id', '=', tenantId)
      .where('viewer_id', '=', viewerId)
      .executeTakeFirst();
    return { installationId: row?.installation_id ?? undefined, updatedAt: row?.updated_at };
  }

  /** Stores or removes a choice. The row of a removed choice stays, so that other replicas see the change. */
  async save({ tenantId, viewerId }: ViewerId, installationId: string | undefined): Promise<void> {
    await this.#database.query
      .insertInto('default_installations')
      .values({
        tenant_id: tenantId,
        viewer_id: viewerId,
        installation_id: installationId ?? null,
        updated_at: this.#database.now(),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'viewer_id'])
          .doUpdateSet((row) => ({
            installation_id: row.ref('excluded.installation_id'),
            updated_at: sql<number>`case when excluded.updated_at > default_installations.updated_at then excluded.updated_at else default_installations.updated_at + 1 end`,
          }))
          .whereRef('default_installations.installation_id', 'is distinct from', 'excluded.installation_id'),
      )
      .execute();
  }
}
