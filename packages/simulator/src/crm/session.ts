import type { Context, MiddlewareHandler } from 'hono';
import { expiredToken, failure, missingCredentials, missingScope, validationError } from '../answers.ts';
import type { AccessToken } from '../oauth/grants.ts';
import { parsedBody } from '../parsed-body.ts';
import type { World } from '../world.ts';
import { type ObjectTypeFacts, objectType } from './object-types.ts';

/** The session of one CRM call. */
export interface Session extends AccessToken {
  /** The scopes that the call needs: all scopes of at least one list. Empty when it needs none. */
  demanded: readonly (readonly string[])[];
}

export interface CrmEnv {
  Variables: { session: Session };
}

/** Refuses calls without a valid bearer token. */
export function requireToken({ app, grants, clock }: World): MiddlewareHandler<CrmEnv> {
  return async (c, next) => {
    const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const session = token === undefined ? undefined : grants.accessToken(token);
    if (!session) return missingCredentials();
    if (session.expiresAt <= clock.now()) return expiredToken(session.expiresAt, clock.now());
    const portal = app.isUserLevel ? session.portal.seenBy(session.person) : session.portal;
    c.set('session', { ...session, portal, demanded: [] });
    return next();
  };
}

/**
 * HubSpot's refusal when the token holds none of these sets of scopes completely; it names, of each set, the first
 * scope that is missing. `undefined` when one of them is there. What is demanded is noted either way; demands add up.
 */
export function scopeFailure(session: Session, anyOf: readonly (readonly string[])[]): Response | undefined {
  const before = session.demanded.length > 0 ? session.demanded : [[]];
  session.demanded = before.flatMap((first) => anyOf.map((second) => [...new Set([...first, ...second])]));
  const missing = anyOf.map((allOf) => allOf.find((scope) => !session.scopes.includes(scope)));
  if (missing.includes(undefined)) return undefined;
  return missingScope([...new Set(missing.filter((scope) => scope !== undefined))]);
}

/** The object type in the path, or HubSpot's error for an unknown one. */
export function objectTypeOf(c: Context, parameter: string): ObjectTypeFacts | Response {
  const name = c.req.param(parameter) ?? '';
  return (
    objectType(name) ??
    failure(400, { message: `Unable to infer object type from: ${name}`, category: 'VALIDATION_ERROR' })
  );
}

/** The two object types in the path, or HubSpot's error for an unknown type or a missing scope. */
export function objectPairOf(
  c: Context<CrmEnv>,
  scopes: (...types: readonly ObjectTypeFacts[]) => readonly (readonly string[])[],
): readonly [from: ObjectTypeFacts, to: ObjectTypeFacts] | Response {
  const [from, to] = [objectTypeOf(c, 'from'), objectTypeOf(c, 'to')];
  if (from instanceof Response) return from;
  if (to instanceof Response) return to;
  return scopeFailure(c.get('session'), scopes(from, to)) ?? [from, to];
}

/** The object type in the path, or HubSpot's error for an unknown type or a missing scope. */
export function permittedType(
  c: Context<CrmEnv>,
  anyOf: (type: ObjectTypeFacts) => readonly (readonly string[])[],
): ObjectTypeFacts | Response {
  const type = objectTypeOf(c, 'type');
  return type instanceof Response ? type : (scopeFailure(c.get('session'), anyOf(type)) ?? type);
}

export interface BatchBody {
  readonly inputs: readonly { readonly id: string; readonly after?: string }[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** The body of a batch read of up to `max` inputs, or HubSpot's error. Ids can be numbers. */
export async function batchBody(c: Context, max: number): Promise<BatchBody | Response> {
  const body = await objectBody(c);
  if (body instanceof Response) return body;
  if (!Array.isArray(body.inputs) || !body.inputs.every(isInput)) return invalidJson();
  if (body.inputs.length > max) {
    return validationError(`The maximum number of inputs supported in a batch request is ${max}.`);
  }
  const inputs = body.inputs.map(({ id, after }) => ({ id: String(id), ...(after !== undefined && { after }) }));
  return { inputs, body };
}

/** The JSON object in the body, or HubSpot's error for other bodies. */
export async function objectBody(c: Context): Promise<Readonly<Record<string, unknown>> | Response> {
  const value = await parsedBody(c);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : invalidJson();
}

export function invalidJson(): Response {
  return failure(400, {
    message: 'Invalid input JSON on line 1, column 1: Cannot deserialize value of type `object`',
  });
}

function isInput(input: unknown): input is { id: string | number; after?: string } {
  if (typeof input !== 'object' || input === null) return false;
  const [id, after] = [Reflect.get(input, 'id'), Reflect.get(input, 'after')];
  return ['string', 'number'].includes(typeof id) && ['string', 'undefined'].includes(typeof after);
}
