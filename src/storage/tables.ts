/** Times are epoch milliseconds of the database's clock. Sealed columns hold records of token-cipher.ts. */
export interface Tables {
  installations: InstallationsTable;
  installation_tokens: InstallationTokensTable;
  authorization_requests: AuthorizationRequestsTable;
  pending_connections: PendingConnectionsTable;
}

export interface InstallationsTable {
  id: string;
  tenant_id: string;
  hub_id: number;
  hub_domain: string | null;
  status: string;
  status_reason: string | null;
  /** Space-separated. */
  granted_scopes: string;
  /** Counts the changes of `granted_scopes` and of the grant behind them. */
  grant_version: number;
  installed_by: string | null;
  connected_at: number;
  updated_at: number;
}

/** Apart from `installations`, so that a change of a status can never collide with the save of a token. */
export interface InstallationTokensTable {
  installation_id: string;
  /** Sealed. */
  access_token: string;
  /** Sealed. */
  refresh_token: string;
  expires_at: number;
  /** Rises by one with every token that is saved: the compare-and-set key. */
  version: number;
}

/** What a started connect flow needs to be finished by the callback; the state itself is not here, only its hash. */
export interface AuthorizationRequestsTable {
  state_hash: string;
  tenant_id: string;
  viewer_id: string;
  cookie_hash: string;
  /** Sealed. */
  code_verifier: string;
  /** Global id's inner part of the installation to reconnect or step up. */
  installation_id: string | null;
  return_to: string | null;
  expires_at: number;
}

/** A code that came back in another browser and waits for the word of the viewer who started. */
export interface PendingConnectionsTable {
  handle_hash: string;
  tenant_id: string;
  viewer_id: string;
  /** Sealed. */
  code: string;
  /** Sealed. */
  code_verifier: string;
  installation_id: string | null;
  expires_at: number;
}
