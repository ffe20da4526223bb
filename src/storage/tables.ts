/** Times are epoch milliseconds of the database's clock. Sealed columns hold records of token-cipher.ts. */
export interface Tables {
  installations: InstallationsTable;
  installation_tokens: InstallationTokensTable;
  authorization_requests: AuthorizationRequestsTable;
  pending_connections: PendingConnectionsTable;
  revocations: RevocationsTable;
  portal_budgets: PortalBudgetsTable;
  active_key: ActiveKeyTable;
  default_installations: DefaultInstallationsTable;
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
  /** Sealed, as all tokens here; null after a disconnect. The row stays, so that versions never come again. */
  access_token: string | null;
  refresh_token: string | null;
  /** Kept until `refresh_token` has worked. */
  previous_refresh_token: string | null;
  /** The key that the row is sealed with. */
  key_id: string;
  /** When HubSpot handed the tokens out; null where a release before this column saved them. */
  obtained_at: number | null;
  expires_at: number;
  /** The access token is used no longer than this, and refreshed by whoever uses it from `refresh_at` on. */
  usable_until: number;
  refresh_at: number;
  /** Rises by one with every token that is saved: the compare-and-set key. */
  version: number;
  /** Who exchanges the refresh token just now, and until when nobody else may. */
  lease_owner: string | null;
  lease_until: number | null;
  /** Since when an exchange has had no known outcome. */
  in_doubt_since: number | null;
  /** HubSpot is left alone until then, after so many failures in a row. */
  retry_at: number | null;
  failures: number;
}

/** What a started connect flow needs to be finished by the callback; the state itself is not here, only its hash. */
export interface AuthorizationRequestsTable {
  state_hash: string;
  tenant_id: string;
  viewer_id: string;
  cookie_hash: string;
  /** Sealed. */
  code_verifier: string;
  key_id: string;
  /** The installation to reconnect or step up. */
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
  key_id: string;
  installation_id: string | null;
  expires_at: number;
}

/** What HubSpot has yet to be told about a disconnected installation. */
export interface RevocationsTable {
  id: string;
  tenant_id: string;
  installation_id: string;
  /** Sealed. */
  refresh_token: string;
  key_id: string;
  /** 1 when the app is to be uninstalled, too. */
  uninstall: number;
  attempts: number;
  /** Next attempt, or the end of the one that runs. */
  due_at: number;
}

/** How replicas share what HubSpot allows for a portal. A row is made with the first call, and stays. */
export interface PortalBudgetsTable {
  hub_id: number;
  /** All slices of all budgets, as JSON of quota-lease-store.ts: one text, so that one statement compares and sets it. */
  ledger: string;
}

/** The key that all replicas seal with: one row, made by the first start. */
export interface ActiveKeyTable {
  id: number;
  key_id: string;
  /** A known text that is sealed with it. */
  proof: string;
}

/** The installation that a viewer means when an operation names none. A row is made with the first choice, and stays. */
export interface DefaultInstallationsTable {
  tenant_id: string;
  viewer_id: string;
  /** Null when the viewer took the choice back. */
  installation_id: string | null;
  updated_at: number;
}
