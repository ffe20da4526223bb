import { randomUUID } from 'node:crypto';
import type { Logger } from '../lib/logging/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Clock } from '../lib/time/clock.ts';

/** One request in flight. */
export interface RequestRecord {
  /** The gateway's own id, sent as `x-request-id`. The gateway ignores an id in the request. */
  readonly requestId: string;
  /** On the monotonic clock. */
  readonly arrivedAt: number;
  /** Writes one log line, and updates the metrics. `route` is the name of a route, never the requested path. */
  finish(method: string | undefined, route: string, status: number): void;
}

/** Starts the record of a request. `arrivedAt` is on the monotonic clock; without it, the request arrives now. */
export type RecordRequest = (arrivedAt?: number) => RequestRecord;

export interface RequestRecordOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function recordRequests({ metrics, clock, logger }: RequestRecordOptions): RecordRequest {
  // The fields contain no secret, so redaction is off.
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
