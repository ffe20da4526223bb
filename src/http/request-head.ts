import { type AnswerType, answerTypeFor, isJsonRequest } from './media-types.ts';

/** Why a request is not answered, as HTTP tells it. */
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

/** True for a browser that was sent to the endpoint as to a page. */
export function isForBrowser(method: string | undefined, accept: string | null | undefined): boolean {
  return method === 'GET' && (accept ?? '').includes('text/html');
}

/**
 * Judges a GraphQL request by its head, before anybody reads its body: queries by GET, everything by POST with JSON.
 * Answers the type of the answer, or the refusal.
 */
export function judgeHead({ method, contentType, contentEncoding, accept }: RequestHead): AnswerType | HeadRefusal {
  if (method !== 'GET' && method !== 'POST') {
    return { status: 405, message: 'Send GraphQL by POST, or queries by GET.', headers: { allow: 'GET, POST' } };
  }
  if (method === 'POST') {
    if (contentEncoding != null) return { status: 415, message: 'Send the body as it is, without Content-Encoding.' };
    if (!isJsonRequest(contentType ?? '')) {
      return { status: 415, message: 'Send JSON in UTF-8, with the content type application/json.' };
    }
  }
  // Yoga would run the operation first and then find that it cannot say so.
  const type = answerTypeFor(accept ?? '');
  return type ?? { status: 406, message: 'Accept application/graphql-response+json or application/json.' };
}
