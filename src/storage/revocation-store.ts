import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { EncryptionKeys } from './encryption/encryption-keys.ts';
import type { Tables } from './tables.ts';

/** Tokens of a disconnected installation that HubSpot has yet to be told about. */
export interface Revocation {
  readonly id: string;
  readonly tenantId: string;
  readonly installationId: string;
  /** `undefined` when it was altered: nothing can be done with it. */
  readonly refreshToken: string | undefined;
  /** True when the app is to be uninstalled from the portal, too. */
  readonly uninstall: boolean;
  /** Attempts so far, this one not counted. */
  readonly attempts: number;
}

export interface NewRevocation extends Omit<Revocation, 'id' | 'attempts'> {
  readonly refreshToken: string;
}

/** What is left to do at HubSpot after a disconnect: kept until it is done, whichever replica does it. */
export class RevocationStore {
  readonly #database: Database;
  readonly #keys: EncryptionKeys;

  constructor(database: Database, keys: EncryptionKeys) {
    this.#database = database;
    this.#keys = keys;
  }

  /** Adds one, inside the transaction that erases the tokens. */
  async add(transaction: Kysely<Tables>, revocation: NewRevocation): Promise<void> {
    const id = randomUUID();
    const sealer = await this.#keys.lastingSealer(transaction);
    await transaction
      .insertInto('revocations')
      .values({
        id,
        tenant_id: revocation.tenantId,
        installation_id: revocation.installationId,
        refresh_token: sealer.seal(revocation.refreshToken, place(revocation.tenantId, id)),
        key_id: sealer.keyId,
        uninstall: revocation.uninstall ? 1 : 0,
        attempts: 0,
        due_at: this.#database.now(),
      })
      .execute();
  }

  /** Claims one that is due for `leaseMs`, of those that open with the keys here; `undefined` when there is none. */
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
    // Somebody else took it between the two statements: look again.
    if (!row) return this.claimDue(leaseMs);
    return {
      id: row.id,
      tenantId: row.tenant_id,
      installationId: row.installation_id,
      refreshToken: this.#keys.openIfSound(row.refresh_token, place(row.tenant_id, row.id)),
      uninstall: row.uninstall === 1,
      attempts: row.attempts - 1,
    };
  }

  async done(id: string): Promise<void> {
    await this.#database.query.deleteFrom('revocations').where('id', '=', id).execute();
  }

  async postpone(id: string, ms: number): Promise<void> {
    const dueAt = sql<number>`${this.#database.now()} + ${Math.round(ms)}`;
    await this.#database.query.updateTable('revocations').set({ due_at: dueAt }).where('id', '=', id).execute();
  }
}

function place(tenantId: string, id: string) {
  return { tenantId, rowId: id, column: 'revocations.refresh_token' };
}
