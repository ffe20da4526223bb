import type { Plugin } from 'graphql-yoga';
import type { LogRefusal } from '../../lib/refusal-log.ts';
import type { ServerContext } from '../graphql-endpoint.ts';
import type { Authenticate } from '../viewer.ts';
import { answerWithoutViewer } from '../viewer-answer.ts';
import type { ViewerRefusal } from '../viewer-refused.ts';

/** Without a valid viewer a request ends here, before its body is read. */
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
        const all = { 'content-type': 'application/json', ...headers };
        endResponse(new fetchAPI.Response(body, { status, headers: all }));
      }
    },
  };
}
