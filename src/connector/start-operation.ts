import type { Clock } from '../lib/time/clock.ts';
import { CallBudget } from './call-budget.ts';
import { RequestContext } from './request-context.ts';

/** HubSpot calls that one operation may make. */
export const MAX_CALLS = 50;
/**
 * Most clients wait for 30 s, and the gateway answers an operation within 25 s of the arrival of its request. `waits` ends
 * waits for the database or a token a little before, so that the answer can be sent. `calls` ends HubSpot calls and
 * waits for permits earlier, because their errors describe the cause best.
 */
const OPERATION_MS = { calls: 24_000, waits: 24_500 };

/** The viewer of a request. */
export interface Caller {
  readonly tenantId: string;
  readonly viewerId: string;
  /** When the request began to arrive, on the monotonic clock. */
  readonly arrivedAt: number;
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal | undefined;
}

/** Creates the context of a request's operation. */
export function startOperation({ tenantId, viewerId, arrivedAt, signal }: Caller, clock: Clock): RequestContext {
  return new RequestContext({
    callContext: {
      fairnessKey: `${tenantId}\n${viewerId}`,
      priority: 'interactive',
      deadlineAt: arrivedAt + OPERATION_MS.calls,
    },
    calls: new CallBudget(MAX_CALLS),
    clock,
    endsAt: arrivedAt + OPERATION_MS.waits,
    signal,
  });
}
