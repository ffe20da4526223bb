import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { readBodyOf } from '../../body.ts';
import { errorBody } from '../../error-body.ts';
import { judgeHead } from '../../request-head.ts';
import { parametersInBody, parametersInUrl } from '../graphql-parameters.ts';

/** GraphQL over HTTP as the short way reads it, in place of what yoga would make of heads, bodies and URLs. */
export function useRequest(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const { method, headers } = request;
      const judged = judgeHead({
        method,
        contentType: headers.get('content-type'),
        contentEncoding: headers.get('content-encoding'),
        accept: headers.get('accept'),
      });
      // Yoga weighs nothing, and knows no other spelling of a charset.
      if (typeof judged === 'string') return headers.set('accept', judged);
      const body = errorBody('BAD_USER_INPUT', judged.message);
      const answer = { 'content-type': 'application/json', ...judged.headers };
      endResponse(new fetchAPI.Response(body, { status: judged.status, headers: answer }));
    },
    onRequestParse: ({ setRequestParser }) => setRequestParser(parametersOf),
    onParse:
      ({ context }) =>
      ({ result }) => {
        const { request, params } = context;
        if (request.method === 'GET' && isDocument(result)) refuseOtherThanQueries(result, params?.operationName);
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

/** A GET promises to change nothing. https://graphql.github.io/graphql-over-http/draft/#sec-GET */
function refuseOtherThanQueries(document: DocumentNode, operationName: string | null | undefined): void {
  const operation = getOperationAST(document, operationName)?.operation ?? 'query';
  if (operation === 'query') return;
  throw new GraphQLError(`Send a ${operation} by POST.`, {
    extensions: { http: { status: 405, headers: { allow: 'POST' } } },
  });
}
