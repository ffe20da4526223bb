import type { Context, MiddlewareHandler } from 'hono';
import type { Session } from './crm/session.ts';
import { parsedBody } from './parsed-body.ts';
import { pathOf } from './request-path.ts';
import type { World } from './world.ts';

/** Logs requests, and counts concurrent refreshes of one grant. */
export function logMiddleware(world: World): MiddlewareHandler<{ Variables: { session?: Session } }> {
  const { log, grants } = world;
  return async (c, next) => {
    const path = pathOf(c.req.url);
    const kept = log.keepsRequests && !path.endsWith('/authorize');
    const isToken = path.endsWith('/token');
    const body = kept || isToken ? await sentBody(c) : undefined;
    const entry = kept ? { ...describe(c, world), path, body } : undefined;
    const done = log.begin(isToken ? grants.grantId(field(body, 'refresh_token')) : undefined);
    try {
      await next();
    } finally {
      done();
      if (entry) log.add({ ...entry, status: c.res.status, scopes: c.get('session')?.demanded ?? [] });
    }
  };
}

/** Finds the portal before the call, because the call can revoke the token. */
function describe({ req }: Context, { grants, clock }: World) {
  const token = /^Bearer (.+)$/.exec(req.header('authorization') ?? '')?.[1];
  const hubId = token === undefined ? undefined : grants.accessToken(token)?.portal.hubId;
  return { method: req.method, query: req.query(), token, hubId, at: clock.now() };
}

function field(body: unknown, name: string): string {
  return typeof body === 'object' && body !== null ? String(Reflect.get(body, name)) : '';
}

/** JSON or form fields, or the text when it is neither. */
async function sentBody(c: Context): Promise<unknown> {
  if (c.req.method === 'GET') return undefined;
  if (c.req.header('content-type')?.includes('form-urlencoded')) {
    const text = await c.req.text();
    return text === '' ? undefined : Object.fromEntries(new URLSearchParams(text));
  }
  const body = await parsedBody(c);
  return body === undefined ? (await c.req.text()) || undefined : body;
}
