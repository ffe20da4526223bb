import type { Plugin } from 'graphql-yoga';
import { errorBody } from '../error-body.ts';

const JSON_TYPE = /^application\/(graphql\+)?json(;\s*(?i:charset="?utf-8"?)\s*)?$/;
/** Media ranges that have an answer. */
const ANSWERABLE =
  /(^|[,\s])(\*\/\*|application\/(\*|json|graphql-response\+json)|text\/event-stream|multipart\/mixed)\s*(;|,|$)/i;

/**
 * GraphQL over HTTP by POST and JSON alone. Forms, plain text and GET are what a foreign page can send without asking,
 * and nothing here needs them.
 */
export function usePostJson(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      const refuse = (status: number, message: string, headers: Record<string, string> = {}) => {
        const body = errorBody('BAD_USER_INPUT', message);
        endResponse(
          new fetchAPI.Response(body, { status, headers: { 'content-type': 'application/json', ...headers } }),
        );
      };
      if (request.method === 'OPTIONS') return;
      if (request.method !== 'POST') return refuse(405, 'GraphQL is answered to POST.', { allow: 'POST' });
      if (request.headers.has('content-encoding')) return refuse(415, 'Compressed bodies are not accepted.');
      if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) {
        return refuse(415, 'The content type must be application/json.');
      }
      // Yoga would run the operation first and then find that it cannot say so.
      if (!ANSWERABLE.test(request.headers.get('accept') || '*/*')) return refuse(406, 'Answers are JSON.');
    },
  };
}
