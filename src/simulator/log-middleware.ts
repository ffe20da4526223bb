import type { MiddlewareHandler } from 'hono';
import type { Session } from './crm/session.ts';
import type { World } from './world.ts';

/** Writes down what is asked, and how many refreshes of one consent run at once. */
export function logMiddleware({ log, grants, clock }: World): MiddlewareHandler<{ Variables: { session?: Session } }> {
  return async (c, next) => {
    const { pathname } = new URL(c.req.url);
    const text = c.req.method === 'GET' ? '' : await c.req.text();
    const body = parseBody(text, c.req.header('content-type') ?? '');
    const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const hubId = token === undefined ? undefined : grants.accessToken(token)?.portal.hubId;
    const refreshed = pathname.endsWith('/token') ? grants.grantId(field(body, 'refresh_token')) : undefined;
    const entry = { method: c.req.method, path: pathname, query: c.req.query(), body, token, hubId, at: clock.now() };
    const done = log.begin(refreshed);
    try {
      await next();
    } finally {
      done();
      if (log.keepsRequests && !pathname.endsWith('/authorize'))
        log.add({ ...entry, status: c.res.status, scopes: c.get('session')?.demanded ?? [] });
    }
  };
}

function field(body: unknown, name: string): string {
  return typeof body === 'object' && body !== null ? String(Reflect.get(body, name)) : '';
}

function parseBody(text: string, contentType: string): unknown {
  if (text === '') return undefined;
  if (contentType.includes('form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
