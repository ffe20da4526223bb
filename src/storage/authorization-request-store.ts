import { sql } from 'kysely';
import { sha256 } from '../lib/secret.ts';
import type { Database } from './database.ts';
import type { EncryptionKeys } from './encryption/encryption-keys.ts';

/** Who started a connect flow, and what it is about. */
interface Flow {
  readonly tenantId: string;
  readonly viewerId: string;
  /** PKCE (RFC 7636 § 4.1). */
  readonly codeVerifier: string;
  /** Set when the flow reconnects or steps up an installation. */
  readonly installationId: string | null;
}

/** A started flow that waits for the browser to come back. */
export interface AuthorizationRequest extends Flow {
  /** SHA-256 of the cookie that binds the flow to the browser that started it. */
  readonly cookieHash: string;
  readonly returnTo: string | null;
}

/** A code that came back in another browser and waits for the word of the viewer who started. */
export interface PendingConnection extends Flow {
  readonly code: string;
}

/**
 * One-time rows of the connect flow. States and handles are stored as hashes only; a row is spent by the delete that
 * reads it, so of several callbacks, on whatever replicas, one alone gets it.
 */
export class AuthorizationRequestStore {
  readonly #database: Database;
  readonly #keys: EncryptionKeys;

  constructor(database: Database, keys: EncryptionKeys) {
    this.#database = database;
    this.#keys = keys;
  }

  /** @throws KeyMissingError */
  async save(state: string, request: AuthorizationRequest, ttlMs: number): Promise<void> {
    const stateHash = sha256(state);
    const sealer = await this.#keys.sealer();
    await this.#database.query
      .insertInto('authorization_requests')
      .values({
        state_hash: stateHash,
        tenant_id: request.tenantId,
        viewer_id: request.viewerId,
        cookie_hash: request.cookieHash,
        code_verifier: sealer.seal(request.codeVerifier, place(request, stateHash, 'code_verifier')),
        key_id: sealer.keyId,
        installation_id: request.installationId,
        return_to: request.returnTo,
        expires_at: this.#expiry(ttlMs),
      })
      .execute();
  }

  /**
   * Spends the state. `undefined` when it is unknown, used or expired, or what it needs was altered.
   * @throws KeyMissingError before it is spent: another replica may have the key
   */
  async take(state: string): Promise<AuthorizationRequest | undefined> {
    const stateHash = sha256(state);
    await this.#keys.ensureActive();
    const row = await this.#database.query
      .deleteFrom('authorization_requests')
      .where('state_hash', '=', stateHash)
      .where('key_id', 'in', this.#keys.ids)
      .returningAll()
      .returning(this.#database.now().as('now'))
      .executeTakeFirst();
    if (!row) await this.#ensureGone('authorization_requests', 'state_hash', stateHash);
    if (!row || row.expires_at <= row.now) return undefined;
    const codeVerifier = this.#keys.openIfSound(
      row.code_verifier,
      place({ tenantId: row.tenant_id }, stateHash, 'code_verifier'),
    );
    if (codeVerifier === undefined) return undefined;
    return {
      tenantId: row.tenant_id,
      viewerId: row.viewer_id,
      cookieHash: row.cookie_hash,
      codeVerifier,
      installationId: row.installation_id,
      returnTo: row.return_to,
    };
  }

  async savePending(handle: string, pending: PendingConnection, ttlMs: number): Promise<void> {
    const handleHash = sha256(handle);
    const sealer = await this.#keys.lastingSealer();
    await this.#database.query
      .insertInto('pending_connections')
      .values({
        handle_hash: handleHash,
        tenant_id: pending.tenantId,
        viewer_id: pending.viewerId,
        code: sealer.seal(pending.code, place(pending, handleHash, 'code')),
        code_verifier: sealer.seal(pending.codeVerifier, place(pending, handleHash, 'code_verifier')),
        key_id: sealer.keyId,
        installation_id: pending.installationId,
        expires_at: this.#expiry(ttlMs),
      })
      .execute();
  }

  /**
   * Spends the handle, whoever asks. `undefined` when it is unknown, used or expired, or what it needs was altered.
   * @throws KeyMissingError before it is spent: another replica may have the key
   */
  async takePending(handle: string): Promise<PendingConnection | undefined> {
    const handleHash = sha256(handle);
    await this.#keys.ensureActive();
    const row = await this.#database.query
      .deleteFrom('pending_connections')
      .where('handle_hash', '=', handleHash)
      .where('key_id', 'in', this.#keys.ids)
      .returningAll()
      .returning(this.#database.now().as('now'))
      .executeTakeFirst();
    if (!row) await this.#ensureGone('pending_connections', 'handle_hash', handleHash);
    if (!row || row.expires_at <= row.now) return undefined;
    const owner = { tenantId: row.tenant_id };
    const code = this.#keys.openIfSound(row.code, place(owner, handleHash, 'code'));
    const codeVerifier = this.#keys.openIfSound(row.code_verifier, place(owner, handleHash, 'code_verifier'));
    if (code === undefined || codeVerifier === undefined) return undefined;
    return {
      tenantId: row.tenant_id,
      viewerId: row.viewer_id,
      code,
      codeVerifier,
      installationId: row.installation_id,
    };
  }

  /** Removes what nobody came back for. HubSpot sends nothing when a person declines, so rows must end by themselves. */
  async deleteExpired(): Promise<void> {
    const now = this.#database.now();
    await this.#database.query.deleteFrom('authorization_requests').where('expires_at', '<=', now).execute();
    await this.#database.query.deleteFrom('pending_connections').where('expires_at', '<=', now).execute();
  }

  /** @throws KeyMissingError when the row is there and was left because its key is not here */
  async #ensureGone(table: 'authorization_requests' | 'pending_connections', column: string, id: string) {
    const { query } = this.#database;
    const row = await query.selectFrom(table).select('key_id').where(sql.ref(column), '=', id).executeTakeFirst();
    if (row) throw this.#keys.lacks([row.key_id]);
  }

  #expiry(ttlMs: number) {
    return sql<number>`${this.#database.now()} + ${sql.lit(ttlMs)}`;
  }
}

function place({ tenantId }: { tenantId: string }, rowId: string, column: string) {
  return { tenantId, rowId, column: `authorization.${column}` };
}
