import type { Plugin } from 'graphql-yoga';
import { isGatewayError } from '../../errors.ts';
import type { LogRefusal } from '../../lib/refusal-log.ts';
import { errorBody } from '../error-body.ts';
import type { ServerContext } from '../graphql-endpoint.ts';
import type { Authenticate } from '../viewer.ts';
import { type ViewerRefusal, ViewerRefused } from '../viewer-refused.ts';

/** No valid viewer: HTTP 401 with `errors`, before the body is read. */
export function useViewer(
  authenticate: Authenticate,
  logRefusal: LogRefusal<ViewerRefusal>,
): Plugin<object, ServerContext> {
  return {
    async onRequest({ request, serverContext, endResponse, fetchAPI }) {
      try {
        serverContext.viewer = await authenticate(request.headers.get('authorization'));
      } catch (error) {
        if (!isGatewayError(error, 'UNAUTHENTICATED')) throw error;
        if (error.cause instanceof ViewerRefused) logRefusal(error.cause.reason, error.cause.facts);
        const headers = { 'content-type': 'application/json', 'www-authenticate': 'Bearer' };
        endResponse(new fetchAPI.Response(errorBody(error.code, error.message), { status: 401, headers }));
      }
    },
  };
}
