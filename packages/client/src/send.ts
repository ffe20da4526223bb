import { errorsOf } from './errors/errors-of.ts';
import { type GatewayError, membersOf, networkError } from './errors/gateway-error.ts';

export interface SendOptions {
  /** URL of the gateway's GraphQL endpoint. */
  readonly url: string;
  /** The JWT of the viewer, called before each request. What it throws, the request throws. */
  readonly getToken: () => string | Promise<string>;
  /** The global `fetch` by default. */
  readonly fetch?: typeof fetch;
}

/** An answer of the gateway. `data` and `errors` can both be present: a field that fails is null. */
export interface GatewayResult<Result> {
  readonly data: Result | null;
  readonly errors: readonly GatewayError[];
}

export interface SentOperation {
  readonly query: string;
  readonly variables?: unknown;
  readonly credentials?: RequestCredentials;
}

/** Sends an operation. It rejects only when `getToken` does: a failure of the network is an error of the result. */
export async function send<Result>(
  { url, getToken, fetch = globalThis.fetch }: SendOptions,
  { query, variables, credentials = 'same-origin' }: SentOperation,
): Promise<GatewayResult<Result>> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
    authorization: `Bearer ${await getToken()}`,
  };
  const body = JSON.stringify({ query, ...(variables !== undefined && { variables }) });
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, credentials, body });
  } catch (error) {
    return { data: null, errors: [networkError(error instanceof Error ? error.message : String(error))] };
  }
  // A proxy can answer with HTML, and the connection can break.
  const answer = membersOf(await response.json().catch(() => undefined));
  const errors = errorsOf(answer);
  if (errors.length === 0 && answer.data == null) {
    const message = `The gateway's answer is not GraphQL (HTTP ${response.status}).`;
    return { data: null, errors: [networkError(message, response.status)] };
  }
  // `data` has the type that the document of the operation declares.
  return { data: (answer.data ?? null) as Result | null, errors };
}
