import { Hono } from 'hono';
import { failure, json } from './answers.ts';
import type { FaultRule } from './faults/faults.ts';
import type { World } from './world.ts';

/** Routes that control the simulator from other processes: the request log, statistics, revoked tokens and faults. */
export function controlRoutes({ log, grants, faults }: World): Hono {
  const routes = new Hono();
  routes.get('/_simulator/requests', (c) => {
    const after = c.req.query('after') ?? '0';
    if (!/^\d{1,15}$/.test(after)) return failure(400, { message: 'after is a number of requests.' });
    const answer = json(200, log.after(Number(after)));
    answer.headers.set('x-simulator-requests', String(log.received));
    return answer;
  });
  routes.delete('/_simulator/requests', () => {
    log.clear();
    return json(204, undefined);
  });
  routes.get('/_simulator/statistics', () => json(200, log.statistics()));
  routes.delete('/_simulator/statistics', () => {
    log.resetStatistics();
    return json(204, undefined);
  });
  routes.post('/_simulator/access-tokens/revoke', () => {
    grants.revokeAccessTokens();
    return json(204, undefined);
  });
  routes.get('/_simulator/faults', () =>
    json(
      200,
      faults.all().map(({ id, rule, hits }) => ({ id, hits, ...rule })),
    ),
  );
  routes.post('/_simulator/faults', async (c) => {
    const rule: unknown = await c.req.json().catch(() => undefined);
    if (!isFaultRule(rule))
      return failure(400, { message: 'A fault rule has match, a regular expression, and fault.kind.' });
    return json(201, { id: faults.add(rule).id });
  });
  routes.delete('/_simulator/faults', () => {
    faults.clear();
    return json(204, undefined);
  });
  return routes;
}

function isFaultRule(rule: unknown): rule is FaultRule {
  if (typeof rule !== 'object' || rule === null) return false;
  const fault: unknown = Reflect.get(rule, 'fault');
  const match: unknown = Reflect.get(rule, 'match');
  return (
    typeof match === 'string' && isPattern(match) && typeof fault === 'object' && fault !== null && 'kind' in fault
  );
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
