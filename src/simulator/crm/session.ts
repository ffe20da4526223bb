import type { Context, MiddlewareHandler } from 'hono';
import { expiredToken, failure, missingCredentials, missingScope } from '../answers.ts';
import type { AccessToken } from '../oauth/grants.ts';
import type { World } from '../world.ts';
import { type ObjectTypeFacts, objectType } from './object-types.ts';

/** What a CRM route knows of its caller. */
export interface CrmEnv {
  Variables: { session: AccessToken };
}

/** Lets a call in when its bearer token is known and alive. */
export function requireToken({ grants, clock }: World): MiddlewareHandler<CrmEnv> {
  return async (c, next) => {
    const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const session = token === undefined ? undefined : grants.accessToken(token);
    if (!session) return missingCredentials();
    if (session.expiresAt <= clock.now()) return expiredToken(session.expiresAt, clock.now());
    c.set('session', session);
    return next();
  };
}

/** HubSpot's refusal when the token lacks one of these scopes; `undefined` when it has them all. */
export function scopeFailure({ scopes }: AccessToken, needed: readonly string[]): Response | undefined {
  const missing = needed.filter((scope) => !scopes.includes(scope));
  return missing.length > 0 ? missingScope(missing) : undefined;
}

/** The object type that the path names, or HubSpot's refusal of its name. */
export function objectTypeOf(c: Context, parameter: string): ObjectTypeFacts | Response {
  const name = c.req.param(parameter) ?? '';
  return (
    objectType(name) ??
    failure(400, { message: `Unable to infer object type from: ${name}`, category: 'VALIDATION_ERROR' })
  );
}

/** The JSON body, or HubSpot's refusal of it. */
export async function jsonBody(c: Context): Promise<Record<string, unknown> | Response> {
  try {
    const body: unknown = JSON.parse(await c.req.text());
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  } catch {
    // Answered below, like any other body that is not an object.
  }
  return failure(400, { message: 'Invalid input JSON on line 1, column 1: Cannot deserialize value of type `object`' });
}
