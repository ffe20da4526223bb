import type { Viewer } from '../../graphql/context.ts';
import type { FlowCookie } from '../../installations/connect/flow-cookies.ts';

/** The context of one request on the full path, from the HTTP server to the resolvers. */
export interface ServerContext {
  /** use-viewer sets it before the document is parsed. */
  viewer: Viewer | undefined;
  readonly responseCookies: FlowCookie[];
  /** When the request began to arrive, on the monotonic clock. */
  readonly arrivedAt: number;
  /** Aborted when the client disconnects. Without it, the request's own signal applies. */
  readonly signal?: AbortSignal;
}
