import type { Connectors } from '../connector/connectors.ts';
import type { RequestContext } from '../connector/request-context.ts';
import type { ConnectFlow } from '../installations/connect.ts';
import type { FlowCookie } from '../installations/flow-cookies.ts';
import type { InstallationLifecycle } from '../installations/lifecycle.ts';
import type { ArgumentDocuments } from './analysis/argument-documents.ts';
import type { RowBudget } from './execution/row-budget.ts';

/** What a viewer may do at the gateway. Not a HubSpot scope: those belong to the portal's grant. */
export type Permission = 'hubspot:read' | 'hubspot:write' | 'hubspot:connect';

/** Who calls: a user of one tenant, taken from the bearer JWT. */
export interface Viewer {
  /** The JWT's `sub`. */
  readonly id: string;
  readonly tenantId: string;
  readonly permissions: readonly string[];
}

/** What resolvers are given for one request. */
export interface GatewayContext {
  readonly viewer: Viewer;
  readonly operation: RequestContext;
  readonly connectors: Connectors;
  readonly connect: ConnectFlow;
  readonly lifecycle: InstallationLifecycle;
  /** The rows that this operation may still answer with. */
  readonly rows: RowBudget;
  /** Documents that come as arguments. */
  readonly documents: ArgumentDocuments;
  /** What the app registered at HubSpot as required. */
  readonly requiredScopes: readonly string[];
  /** Cookies that the HTTP response will set. */
  readonly responseCookies: FlowCookie[];
}

/** Pothos hands plugins a context without its type; it is always the builder's. */
export function contextOf(context: object): GatewayContext {
  return context as GatewayContext;
}
