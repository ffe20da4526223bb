import { randomUUID } from 'node:crypto';
import type { Logger } from '../lib/logging/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Clock } from '../lib/time/clock.ts';

/** One request under way. */
export interface RequestRecord {
  /** Ours: what a client calls its request is not repeated. Goes out as `x-request-id`. */
  readonly requestId: string;
  /** On the monotonic clock. */
  readonly arrivedAt: number;
  /** One line in the log and one figure. `route` is one of ours, never the path that was asked for. */
  finish(method: string | undefined, route: string, status: number): void;
}

/** Begins the record of a request, which arrived just now unless it is said when. */
export type RecordRequest = (arrivedAt?: number) => RequestRecord;

export interface RequestRecordOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function recordRequests({ metrics, clock, logger }: RequestRecordOptions): RecordRequest {
  // Its fields are ours alone, so there is nothing to look for in them.
  const lines = logger.child({}, { redact: [] });
  return (arrivedAt = clock.monotonic()) => {
    const requestId = randomUUID();
    return {
      requestId,
      arrivedAt,
      finish(method, route, status) {
        const ms = clock.monotonic() - arrivedAt;
        metrics.requests.observe({ route, status }, ms / 1000);
        lines.info({ requestId, method, route, status, ms: Math.round(ms * 10) / 10 }, 'request');
      },
    };
  };
}
