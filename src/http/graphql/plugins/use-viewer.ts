import type { Plugin } from 'graphql-yoga';
import type { LogRefusal } from '../../../lib/logging/refusal-log.ts';
import type { Authenticate } from '../../auth/viewer.ts';
import { answerWithoutViewer } from '../../auth/viewer-answer.ts';
import type { ViewerRefusal } from '../../auth/viewer-refused-error.ts';
import type { ServerContext } from '../server-context.ts';

/** Refuses a request without a valid token before its body is read. */
export function useViewer(
  authenticate: Authenticate,
  logRefusal: LogRefusal<ViewerRefusal>,
): Plugin<object, ServerContext> {
  return {
    async onRequest({ request, serverContext, endResponse, fetchAPI }) {
      try {
        serverContext.viewer = await authenticate(request.headers.get('authorization'));
      } catch (error) {
        const { status, headers, body } = answerWithoutViewer(error, logRefusal);
        const answerHeaders = { 'content-type': 'application/json', ...headers };
        endResponse(new fetchAPI.Response(body, { status, headers: answerHeaders }));
      }
    },
  };
}
