import { GatewayError } from '../errors.ts';
import type { Stage } from '../hubspot/client.ts';

/** Ends an operation that would cost more than `limit` calls of HubSpot. One instance counts for one operation. */
export function callBudget(limit: number): Stage {
  let calls = 0;
  return (next) => async (call) => {
    calls += 1;
    if (calls > limit) {
      throw new GatewayError('BAD_USER_INPUT', 'The operation needs too many HubSpot calls: ask for less at once.', {});
    }
    return next(call);
  };
}
