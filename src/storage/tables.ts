import type { Generated } from 'kysely';

/** Times are epoch milliseconds of the database's clock. Encrypted columns have the format of token-cipher.ts. */
export interface Tables {
  installations: InstallationsTable;
  installation_tokens: InstallationTokensTable;
  authorization_requests: AuthorizationRequestsTable;
  pending_connections: PendingConnectionsTable;
  revocations: RevocationsTable;
  portal_budgets: PortalBudgetsTable;
  active_key: ActiveKeyTable;
  default_installations: DefaultInstallationsTable;
  marketplace_installs: MarketplaceInstallsTable;
}

export interface InstallationsTable {
  id: string;
  /** The `holderId` of the grant: the tenant, or the tenant and the viewer. */
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
  /** The tenant and the viewer who hold a grant of a user-level app; null when the whole tenant holds the grant. */
  viewer_tenant_id: string | null;
  viewer_id: string | null;
  /** HubSpot's id of the user who consented; null when HubSpot did not report it. */
  hubspot_user_id: number | null;
}

/** A table of its own, so that a change of the status never conflicts with the update of a token. */
export interface InstallationTokensTable {
  installation_id: string;
  /** Encrypted, as all tokens here; null after a disconnect. The row stays, so that versions are never reused. */
  access_token: string | null;
  refresh_token: string | null;
  /** Kept until `refresh_token` has worked. */
  previous_refresh_token: string | null;
  /** The key that encrypted the row. */
  key_id: string;
  /** When HubSpot issued the tokens; null when a release before this column saved them. */
  obtained_at: number | null;
  expires_at: number;
  /** The gateway uses the access token until then. From `refresh_at` on, a use starts a refresh. */
  usable_until: number;
  refresh_at: number;
  /** Rises by one with each saved token: the compare-and-set key. */
  version: number;
  /** The holder of the lease on the current refresh. */
  lease_owner: string | null;
  lease_until: number | null;
  /** The start of a refresh whose outcome is unknown. */
  in_doubt_since: number | null;
  /** The next refresh starts no sooner, after `failures` consecutive failures. */
  retry_at: number | null;
  failures: number;
}

/** The data that a callback needs to finish a connect flow. Only the hash of the state is stored. */
export interface AuthorizationRequestsTable {
  state_hash: string;
  tenant_id: string;
  viewer_id: string;
  /** See `FlowKind`; `connect` for a row of a release before this column. */
  kind: Generated<string>;
  cookie_hash: string;
  /** Encrypted. */
  code_verifier: string;
  key_id: string;
  /** The installation to reconnect, or to add scopes to. */
  installation_id: string | null;
  return_to: string | null;
  expires_at: number;
}

/** A code from a callback in another browser. It waits for the confirmation of the viewer who started the flow. */
export interface PendingConnectionsTable {
  handle_hash: string;
  tenant_id: string;
  viewer_id: string;
  kind: Generated<string>;
  /** Encrypted. */
  code: string;
  /** Encrypted. */
  code_verifier: string;
  key_id: string;
  installation_id: string | null;
  expires_at: number;
}

/** Revocations that HubSpot has not confirmed yet. */
export interface RevocationsTable {
  id: string;
  tenant_id: string;
  installation_id: string;
  /** Encrypted. */
  refresh_token: string;
  key_id: string;
  /** 1 when the app must also be uninstalled. */
  uninstall: number;
  attempts: number;
  /** The next attempt, or the end of the lease on the current one. */
  due_at: number;
  /** The portal and HubSpot's user of a viewer's grant; both are null for a tenant's grant. */
  hub_id: number | null;
  hubspot_user_id: number | null;
}

/** How replicas share the rate limits of a portal. The first call inserts the row, which stays. */
export interface PortalBudgetsTable {
  hub_id: number;
  /** All leases of all budgets as JSON of quota-lease-store.ts. It is one text, so that one statement compares and sets it. */
  ledger: string;
}

/** The key with which all replicas encrypt. The first start inserts the only row. */
export interface ActiveKeyTable {
  id: number;
  key_id: string;
  /** A known text that the key encrypted. */
  proof: string;
}

/** The installation for a viewer's operations that name none. The first choice inserts the row, which stays. */
export interface DefaultInstallationsTable {
  tenant_id: string;
  viewer_id: string;
  /** Null when the viewer has removed the choice. */
  installation_id: string | null;
  updated_at: number;
}

/** Installs from HubSpot's marketplace that no tenant has claimed yet. A row without tokens remembers a used code. */
export interface MarketplaceInstallsTable {
  code_hash: string;
  /** The hash of the cookie that proves that the install was made in a browser. */
  claim_hash: string;
  hub_id: number | null;
  hub_domain: string | null;
  installed_by: string | null;
  /** Space-separated. */
  granted_scopes: string | null;
  /** Encrypted. */
  access_token: string | null;
  /** Encrypted. */
  refresh_token: string | null;
  key_id: string;
  token_expires_at: number | null;
  /** HubSpot's id of the user who consented. */
  hubspot_user_id: number | null;
  /** 1 when the grant becomes that of the viewer who claims it. Null counts as 0: an older release stored the row. */
  is_user_level: number | null;
  /** The end of the time to claim. */
  expires_at: number;
  /** Attempts to end the grant at HubSpot after that, and the next one, or the end of the lease on the current one. */
  attempts: number;
  due_at: number;
}
