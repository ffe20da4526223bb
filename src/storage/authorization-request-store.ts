import { sql } from 'kysely';
import { sha256 } from '../lib/secret.ts';
import type { Database } from './database.ts';
import type { EncryptionKeys } from './encryption/encryption-keys.ts';

/**
 * How a flow gets its grant.
 * - `connect`: by HubSpot's consent page, with PKCE
 * - `install`: by an install from HubSpot's marketplace after the viewer's log-in
 * - `claim`: by an install from HubSpot's marketplace that belongs to no tenant yet
 */
export type FlowKind = 'connect' | 'install' | 'claim';

/** The viewer who started a flow, and its purpose. */
interface Flow {
  readonly tenantId: string;
  readonly viewerId: string;
  readonly kind: FlowKind;
  /** PKCE (RFC 7636 § 4.1). Only flows of the kind `connect` use it. */
  readonly codeVerifier: string;
  /** Set when the flow reconnects an installation or adds scopes to it. */
  readonly installationId: string | null;
}

/** A started flow that waits for the callback. */
export interface AuthorizationRequest extends Flow {
  /** SHA-256 of the cookie that binds the flow to the browser that started it. */
  readonly cookieHash: string;
  readonly returnTo: string | null;
}

/** A code from a callback in another browser. It waits for the confirmation of the viewer who started the flow. */
export interface PendingConnection extends Flow {
  /** HubSpot's code; for a claim, the secret of the install. */
  readonly code: string;
}

/**
 * One-time rows of the connect flow. States and handles are stored only as hashes. One statement reads and deletes a row,
 * so only one of several callbacks gets it, even on different replicas.
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
    const encrypter = await this.#keys.encrypter();
    await this.#database.query
      .insertInto('authorization_requests')
      .values({
        state_hash: stateHash,
        tenant_id: request.tenantId,
        viewer_id: request.viewerId,
        kind: request.kind,
        cookie_hash: request.cookieHash,
        code_verifier: encrypter.encrypt(request.codeVerifier, locationOf(request, stateHash, 'code_verifier')),
        key_id: encrypter.keyId,
        installation_id: request.installationId,
        return_to: request.returnTo,
        expires_at: this.#expiry(ttlMs),
      })
      .execute();
  }

  /**
   * Redeems the state of a flow of this kind. `undefined` when it is unknown, used or expired, or its secrets were
   * altered. The state of another kind of flow is unknown, and stays.
   * @throws KeyMissingError when this replica lacks the key of the row. The row stays for another replica.
   */
  async take(state: string, kind: FlowKind): Promise<AuthorizationRequest | undefined> {
    const stateHash = sha256(state);
    await this.#keys.ensureActive();
    const row = await this.#database.query
      .deleteFrom('authorization_requests')
      .where('state_hash', '=', stateHash)
      .where('kind', '=', kind)
      .where('key_id', 'in', this.#keys.ids)
      .returningAll()
      .returning(this.#database.now().as('now'))
      .executeTakeFirst();
    if (!row) await this.#ensureGone('authorization_requests', 'state_hash', stateHash);
    if (!row || row.expires_at <= row.now) return undefined;
    const codeVerifier = this.#keys.tryDecrypt(
      row.code_verifier,
      locationOf({ tenantId: row.tenant_id }, stateHash, 'code_verifier'),
    );
    if (codeVerifier === undefined) return undefined;
    return {
      tenantId: row.tenant_id,
      viewerId: row.viewer_id,
      kind,
      cookieHash: row.cookie_hash,
      codeVerifier,
      installationId: row.installation_id,
      returnTo: row.return_to,
    };
  }

  async savePending(handle: string, pending: PendingConnection, ttlMs: number): Promise<void> {
    const handleHash = sha256(handle);
    const encrypter = await this.#keys.encrypterOrFallback();
    await this.#database.query
      .insertInto('pending_connections')
      .values({
        handle_hash: handleHash,
        tenant_id: pending.tenantId,
        viewer_id: pending.viewerId,
        kind: pending.kind,
        code: encrypter.encrypt(pending.code, locationOf(pending, handleHash, 'code')),
        code_verifier: encrypter.encrypt(pending.codeVerifier, locationOf(pending, handleHash, 'code_verifier')),
        key_id: encrypter.keyId,
        installation_id: pending.installationId,
        expires_at: this.#expiry(ttlMs),
      })
      .execute();
  }

  /**
   * Redeems the handle, for any viewer. `undefined` when it is unknown, used or expired, or its secrets were altered.
   * @throws KeyMissingError when this replica lacks the key of the row. The row stays for another replica.
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
    const code = this.#keys.tryDecrypt(row.code, locationOf(owner, handleHash, 'code'));
    const codeVerifier = this.#keys.tryDecrypt(row.code_verifier, locationOf(owner, handleHash, 'code_verifier'));
    if (code === undefined || codeVerifier === undefined) return undefined;
    return {
      tenantId: row.tenant_id,
      viewerId: row.viewer_id,
      // Only this class writes it.
      kind: row.kind as FlowKind,
      code,
      codeVerifier,
      installationId: row.installation_id,
    };
  }

  /** Deletes expired rows. HubSpot does not report every abandoned consent, so rows must expire. */
  async deleteExpired(): Promise<void> {
    const now = this.#database.now();
    await this.#database.query.deleteFrom('authorization_requests').where('expires_at', '<=', now).execute();
    await this.#database.query.deleteFrom('pending_connections').where('expires_at', '<=', now).execute();
  }

  /** @throws KeyMissingError when the row exists and this replica lacks its key. */
  async #ensureGone(table: 'authorization_requests' | 'pending_connections', column: string, id: string) {
    const { query } = this.#database;
    const row = await query.selectFrom(table).select('key_id').where(sql.ref(column), '=', id).executeTakeFirst();
    if (row && !this.#keys.ids.includes(row.key_id)) throw this.#keys.lacks([row.key_id]);
  }

  #expiry(ttlMs: number) {
    return sql<number>`${this.#database.now()} + ${sql.lit(ttlMs)}`;
  }
}

function locationOf({ tenantId }: { tenantId: string }, rowId: string, column: string) {
  return { tenantId, rowId, column: `authorization.${column}` };
}
