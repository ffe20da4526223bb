import type { GrantHolder } from './grant-holder.ts';
import type { IssuedTokens } from './token-store.ts';

export type InstallationStatus = 'ACTIVE' | 'REAUTHORIZATION_REQUIRED' | 'DISCONNECTED';
export type InstallationStatusReason = 'REVOKED' | 'LOST_ROTATION' | 'UNINSTALLED' | 'DISCONNECTED_BY_VIEWER';

/**
 * The installation of the app in one HubSpot portal, for one tenant or for one viewer of it. Its tokens are in the token
 * store.
 */
export interface Installation extends GrantHolder {
  readonly id: string;
  /** The portal's number. */
  readonly hubId: number;
  readonly hubDomain: string | null;
  readonly status: InstallationStatus;
  readonly statusReason: InstallationStatusReason | null;
  readonly grantedScopes: readonly string[];
  /** Rises whenever the grant may have changed. It is part of the key of all cached data. */
  readonly grantVersion: number;
  /** E-mail address of the person who consented. */
  readonly installedBy: string | null;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly updatedAt: number;
}

/** The state of an installation after a change. */
export type InstallationChange = Pick<
  Installation,
  'id' | 'tenantId' | 'viewerId' | 'status' | 'statusReason' | 'grantVersion' | 'updatedAt'
>;

/** A consent that HubSpot has just confirmed. */
export interface NewGrant extends GrantHolder {
  readonly hubId: number;
  readonly hubDomain: string | null;
  readonly installedBy: string | null;
  /** HubSpot's id of the person who consented. */
  readonly userId: number | null;
  readonly grantedScopes: readonly string[];
  readonly tokens: IssuedTokens;
}

/** The facts that HubSpot reports about a grant; null if it does not. */
export interface GrantFacts {
  readonly scopes: readonly string[];
  readonly hubDomain: string | null;
  /** E-mail address of the person who consented. */
  readonly user: string | null;
  /** HubSpot's id of that person. */
  readonly userId: number | null;
}

/** The installations of one holder, oldest first. */
export interface HeldInstallations {
  readonly installations: readonly Installation[];
  /** False while no viewer of the tenant has chosen a default. */
  readonly hasDefaults: boolean;
  /** False while no viewer of the tenant holds a grant of their own. */
  readonly hasViewerGrants: boolean;
}

/** A changed row, of which other replicas can have an older version. Times are epoch milliseconds. */
export type StoredChange =
  | ({ readonly kind: 'installation' } & InstallationChange)
  | { readonly kind: 'default'; readonly tenantId: string; readonly viewerId: string; readonly updatedAt: number };
