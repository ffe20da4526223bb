import { type ExtensionsByCode, type GatewayErrorCode, isGatewayErrorCode } from './extensions.ts';

/** Names and indexes that lead from the root of `data` to the field that failed. */
type Path = readonly (string | number)[];

/** An error of the gateway. `code` discriminates the union, and with it the type of `extensions`. */
export type KnownGatewayError<Code extends GatewayErrorCode = GatewayErrorCode> = {
  [C in Code]: {
    readonly code: C;
    readonly message: string;
    readonly path?: Path;
    readonly extensions: { readonly code: C } & ExtensionsByCode[C];
  };
}[Code];

/** No answer of the gateway arrived: the network failed, or a proxy answered instead. */
export interface NetworkError {
  readonly code: 'NETWORK_ERROR';
  readonly message: string;
  readonly path?: Path;
  /** `status` is the HTTP status of an answer that is not GraphQL. */
  readonly extensions: { readonly code: 'NETWORK_ERROR'; readonly status?: number };
}

/** An error with a code that this version of the package does not know, or without one. Treat it as a failure. */
export interface UnknownError {
  readonly code: 'UNKNOWN_ERROR';
  readonly message: string;
  readonly path?: Path;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The errors that `errorsOf` returns: a union that TypeScript narrows by `code`. */
export type GatewayError = KnownGatewayError | NetworkError | UnknownError;

/** An error of a GraphQL result as a member of the union. */
export function toGatewayError(error: unknown): GatewayError {
  const { message, path, extensions, name, statusCode, response } = membersOf(error);
  const shared = {
    message: typeof message === 'string' ? message : 'The gateway reported an error without a message.',
    ...(Array.isArray(path) && { path: path as Path }), // GraphQL allows nothing else in it.
  };
  const members = membersOf(extensions);
  if (isGatewayErrorCode(members.code)) {
    // The gateway sends with each code the fields that `ExtensionsByCode` lists.
    return { ...shared, code: members.code, extensions: members } as unknown as KnownGatewayError;
  }
  const isOfNetwork = members.code === 'NETWORK_ERROR';
  const status = isOfNetwork ? members.status : (statusCode ?? membersOf(response).status);
  if (typeof status === 'number') return networkError(shared.message, status);
  // `fetch` rejects with a TypeError when the network fails.
  if (isOfNetwork || name === 'TypeError') return networkError(shared.message);
  return { ...shared, code: 'UNKNOWN_ERROR', extensions: { ...members } };
}

export function networkError(message: string, status?: number): NetworkError {
  return {
    code: 'NETWORK_ERROR',
    message,
    extensions: { code: 'NETWORK_ERROR', ...(status !== undefined && { status }) },
  };
}

/** The members of an object, also inherited ones; none for other values. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
