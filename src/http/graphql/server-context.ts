import type { Viewer } from '../../graphql/context.ts';
import type { FlowCookie } from '../../installations/flow-cookies.ts';

/** What one request carries from the door to the resolvers and back. */
export interface ServerContext {
  /** Set by use-viewer before anything is parsed. */
  viewer: Viewer | undefined;
  readonly responseCookies: FlowCookie[];
  /** When the request began to arrive, on the monotonic clock. */
  readonly arrivedAt: number;
  /** Aborted when the client is gone; absent where the request itself has one. */
  readonly signal?: AbortSignal;
}
