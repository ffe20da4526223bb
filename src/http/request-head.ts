import { type AnswerType, answerTypeFor, isJsonRequest } from './media-types.ts';

/** The HTTP answer to a request with an unsupported method or media type. */
export interface HeadRefusal {
  readonly status: 405 | 406 | 415;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RequestHead {
  readonly method: string | undefined;
  readonly contentType: string | null | undefined;
  readonly contentEncoding: string | null | undefined;
  readonly accept: string | null | undefined;
}

/** True when a browser opens the endpoint as a page. */
export function isForBrowser(method: string | undefined, accept: string | null | undefined): boolean {
  return method === 'GET' && (accept ?? '').includes('text/html');
}

/**
 * Checks the head of a GraphQL request before its body is read. Clients send queries by GET, and all operations by POST
 * with JSON. Returns the media type of the answer, or the refusal.
 */
export function checkHead({ method, contentType, contentEncoding, accept }: RequestHead): AnswerType | HeadRefusal {
  if (method !== 'GET' && method !== 'POST') {
    return { status: 405, message: 'Send GraphQL by POST, or queries by GET.', headers: { allow: 'GET, POST' } };
  }
  if (method === 'POST') {
    if (contentEncoding != null) return { status: 415, message: 'Send the body as it is, without Content-Encoding.' };
    if (!isJsonRequest(contentType ?? '')) {
      return { status: 415, message: 'Send JSON in UTF-8, with the content type application/json.' };
    }
  }
  // Yoga would execute the operation before it checks the media type.
  const type = answerTypeFor(accept ?? '');
  return type ?? { status: 406, message: 'Accept application/graphql-response+json or application/json.' };
}
