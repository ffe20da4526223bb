import type { Clock } from '../lib/time/clock.ts';
import { CallBudget } from './call-budget.ts';
import { RequestContext } from './request-context.ts';

/** HubSpot calls that one operation may cost. */
export const MAX_CALLS = 50;
/**
 * Clients wait for 30 s as a rule, and an operation is answered within 25 s of its request's arrival. What still waits
 * for its own database or a token then is ended a moment sooner, so that the answer can be written. HubSpot's calls,
 * and the waiting for their turns, end sooner still: they know best what kept them.
 */
const OPERATION_MS = { calls: 24_000, waits: 24_500 };

/** Whose request it is. */
export interface Caller {
  readonly tenantId: string;
  readonly viewerId: string;
  /** When the request began to arrive, on the monotonic clock. */
  readonly arrivedAt: number;
  /** Aborted when the client is gone. */
  readonly signal?: AbortSignal | undefined;
}

/** The operation that a request asks for. */
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
