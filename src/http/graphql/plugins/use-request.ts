import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { readBodyOf } from '../../body.ts';
import { errorBody } from '../../error-body.ts';
import { checkHead } from '../../request-head.ts';
import { parametersInBody, parametersInUrl } from '../graphql-parameters.ts';
import { unprocessable } from '../status.ts';

/** Parses heads, bodies and URLs in the same way as the fast path, in place of yoga's parsers. */
export function useRequest(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const { method, headers } = request;
      const checked = checkHead({
        method,
        contentType: headers.get('content-type'),
        contentEncoding: headers.get('content-encoding'),
        accept: headers.get('accept'),
      });
      // Yoga ignores weights, and does not recognize all spellings of UTF-8.
      if (typeof checked === 'string') return headers.set('accept', checked);
      const body = errorBody('BAD_USER_INPUT', checked.message);
      const answer = { 'content-type': 'application/json', ...checked.headers };
      endResponse(new fetchAPI.Response(body, { status: checked.status, headers: answer }));
    },
    onRequestParse: ({ setRequestParser }) => setRequestParser(parametersOf),
    onParse:
      ({ context }) =>
      ({ result }) => {
        const { request, params } = context;
        if (isDocument(result)) checkOperation(result, params?.operationName, request.method);
      },
  };
}

async function parametersOf(request: Request): Promise<GraphQLParams> {
  const parameters = request.method === 'GET' ? parametersInUrl(request.url) : parametersInBody(await bodyOf(request));
  if (parameters instanceof GraphQLError) throw parameters;
  return parameters;
}

async function bodyOf(request: Request): Promise<Buffer> {
  const body = await readBodyOf(request);
  if (body) return body;
  throw new GraphQLError('The body is too large: 1 MB is the limit.', { extensions: { http: { status: 413 } } });
}

function isDocument(result: unknown): result is DocumentNode {
  return !(result instanceof Error);
}

/** A GET request must not change data. https://graphql.github.io/graphql-over-http/draft/#sec-GET */
function checkOperation(document: DocumentNode, operationName: string | null | undefined, method: string): void {
  const operation = getOperationAST(document, operationName)?.operation;
  if (operation === undefined) {
    throw unprocessable('Name one operation of the document in "operationName".');
  }
  if (operation === 'query' || method !== 'GET') return;
  throw new GraphQLError(`Send a ${operation} by POST.`, {
    extensions: { http: { status: 405, headers: { allow: 'POST' } } },
  });
}
