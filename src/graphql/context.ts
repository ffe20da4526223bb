import type { Connectors } from '../connector/connectors.ts';
import type { RequestContext } from '../connector/request-context.ts';
import type { ConnectFlow } from '../installations/connect/connect.ts';
import type { FlowCookie } from '../installations/connect/flow-cookies.ts';
import type { FlowOwner } from '../installations/connect/flows.ts';
import type { Marketplace } from '../installations/connect/marketplace.ts';
import type { InstallationLifecycle } from '../installations/lifecycle.ts';
import type { ArgumentDocuments } from './analysis/argument-documents.ts';
import type { RowBudget } from './execution/row-budget.ts';

/** A permission of a viewer at the gateway, from the JWT. HubSpot's scopes belong to the portal's grant instead. */
export type Permission = 'hubspot:read' | 'hubspot:write' | 'hubspot:erase' | 'hubspot:connect';

/** The user of a tenant who sent the request, from the bearer JWT. */
export interface Viewer {
  /** The JWT's `sub`. */
  readonly id: string;
  readonly tenantId: string;
  readonly permissions: readonly string[];
}

/** The context of resolvers, one for each request. */
export interface GatewayContext {
  readonly viewer: Viewer;
  readonly operation: RequestContext;
  readonly connectors: Connectors;
  readonly connect: ConnectFlow;
  readonly marketplace: Marketplace;
  readonly lifecycle: InstallationLifecycle;
  /** Counts the rows of this operation's answer. */
  readonly rows: RowBudget;
  /** Parses documents in arguments. */
  readonly documents: ArgumentDocuments;
  /** The scopes that the HubSpot app has registered as required. */
  readonly requiredScopes: readonly string[];
  /** Cookies that the HTTP response will set. */
  readonly responseCookies: FlowCookie[];
}

/** Pothos passes the builder's context to plugins as an untyped object. */
export function contextOf(context: object): GatewayContext {
  return context as GatewayContext;
}

/** The viewer as the owner of a flow. */
export function ownerOf({ viewer }: GatewayContext): FlowOwner {
  return { tenantId: viewer.tenantId, viewerId: viewer.id };
}
