import type { MiddlewareHandler } from 'hono';
import type { CrmEnv } from '../crm/session.ts';
import type { World } from '../world.ts';
import { callKind } from './call-kind.ts';
import { limitReached, setLimitHeaders } from './limit-answers.ts';

/** Refuses calls beyond a portal's limits. The headers of all other answers have the remaining calls. */
export function limitMiddleware({ limits, log }: World): MiddlewareHandler<CrmEnv> {
  return async (c, next) => {
    const { hubId } = c.get('session').portal;
    const kind = callKind(c.req.method, c.req.path);
    const portal = limits.of(hubId);
    const refusal = portal.take(kind);
    log.count(hubId, kind, refusal?.policy);
    const shown = portal.shown(kind);
    if (refusal) c.res = limitReached(refusal.policy, limits.options.retryAfter ? refusal.retryAfterMs : undefined);
    else await next();
    if (shown) setLimitHeaders(c.res.headers, shown);
  };
}
