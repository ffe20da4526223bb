import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { EncryptionKeys } from './encryption/encryption-keys.ts';
import type { Tables } from './tables.ts';

/** The tokens of a disconnected installation, until HubSpot has revoked them. */
export interface Revocation {
  readonly id: string;
  readonly tenantId: string;
  readonly installationId: string;
  /** `undefined` when it was altered and cannot be revoked. */
  readonly refreshToken: string | undefined;
  /** True when the app must also be uninstalled from the portal. */
  readonly uninstall: boolean;
  /** Set for the grant of a viewer: the portal, and HubSpot's id of the user who consented; null when it is unknown. */
  readonly user: { readonly hubId: number; readonly userId: number | null } | undefined;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

export interface NewRevocation extends Omit<Revocation, 'id' | 'attempts'> {
  readonly refreshToken: string;
}

/** The revocations that HubSpot has not confirmed yet. Any replica can carry one out. */
export class RevocationStore {
  readonly #database: Database;
  readonly #keys: EncryptionKeys;

  constructor(database: Database, keys: EncryptionKeys) {
    this.#database = database;
    this.#keys = keys;
  }

  /** Adds a revocation in the transaction that erases the tokens. */
  async add(transaction: Kysely<Tables>, revocation: NewRevocation): Promise<void> {
    const id = randomUUID();
    const encrypter = await this.#keys.encrypterOrFallback(transaction);
    await transaction
      .insertInto('revocations')
      .values({
        id,
        tenant_id: revocation.tenantId,
        installation_id: revocation.installationId,
        refresh_token: encrypter.encrypt(revocation.refreshToken, locationOf(revocation.tenantId, id)),
        key_id: encrypter.keyId,
        uninstall: revocation.uninstall ? 1 : 0,
        hub_id: revocation.user?.hubId ?? null,
        hubspot_user_id: revocation.user?.userId ?? null,
        attempts: 0,
        due_at: this.#database.now(),
      })
      .execute();
  }

  /** Claims a due revocation for `leaseMs` whose key this replica has; `undefined` when there is none. */
  async claimDue(leaseMs: number): Promise<Revocation | undefined> {
    const { query } = this.#database;
    const now = this.#database.now();
    const due = await query
      .selectFrom('revocations')
      .select(['id', 'due_at'])
      .where('due_at', '<=', now)
      .where('key_id', 'in', this.#keys.ids)
      .orderBy('due_at')
      .executeTakeFirst();
    if (!due) return undefined;
    const row = await query
      .updateTable('revocations')
      .set({ due_at: sql<number>`${now} + ${leaseMs}`, attempts: sql<number>`attempts + 1` })
      .where('id', '=', due.id)
      .where('due_at', '=', due.due_at)
      .returningAll()
      .executeTakeFirst();
    // Another replica claimed it between the two statements.
    if (!row) return this.claimDue(leaseMs);
    return {
      id: row.id,
      tenantId: row.tenant_id,
      installationId: row.installation_id,
      refreshToken: this.#keys.tryDecrypt(row.refresh_token, locationOf(row.tenant_id, row.id)),
      uninstall: row.uninstall === 1,
      user: row.hub_id === null ? undefined : { hubId: row.hub_id, userId: row.hubspot_user_id },
      attempts: row.attempts - 1,
    };
  }

  /**
   * True when a grant of the same user of HubSpot in the same portal is in use. HubSpot does not document whether both
   * have one refresh token.
   */
  async isInUse({ hubId, userId }: NonNullable<Revocation['user']>): Promise<boolean> {
    const { query } = this.#database;
    const row = await query
      .selectFrom('installations')
      .select('id')
      .where('hub_id', '=', hubId)
      .where('viewer_id', 'is not', null)
      .where('status', '=', 'ACTIVE')
      .where((other) =>
        userId === null
          ? other.lit(true)
          : other.or([other('hubspot_user_id', '=', userId), other('hubspot_user_id', 'is', null)]),
      )
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async done(id: string): Promise<void> {
    await this.#database.query.deleteFrom('revocations').where('id', '=', id).execute();
  }

  async postpone(id: string, ms: number): Promise<void> {
    const dueAt = sql<number>`${this.#database.now()} + ${Math.round(ms)}`;
    await this.#database.query.updateTable('revocations').set({ due_at: dueAt }).where('id', '=', id).execute();
  }
}

function locationOf(tenantId: string, id: string) {
  return { tenantId, rowId: id, column: 'revocations.refresh_token' };
}
