import type { Metrics } from '../metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { Logger } from './logger.ts';

/** Lines per reason and minute. The limit prevents that a bot fills the disk. */
const MAX_LINES = 10;
const WINDOW_MS = 60_000;

export interface RefusalLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'refusals'>;
}

/** The place that refuses requests, with the level and the message of its log lines. */
export interface RefusalKind {
  readonly door: 'callback' | 'viewer' | 'operation';
  readonly level: 'info' | 'warn';
  readonly message: string;
}

/** Logs the reason of a refusal. `reason` has a small fixed set of values. `facts` must not contain a secret. */
export type LogRefusal<Reason extends string> = (reason: Reason, facts?: object) => void;

interface Window {
  readonly since: number;
  lines: number;
  leftOut: number;
}

/**
 * Counts every refusal, and logs the first ones per reason and minute. A later line has the number of omitted lines.
 */
export function createRefusalLog<Reason extends string>(
  { logger, clock, metrics }: RefusalLogOptions,
  { door, level, message }: RefusalKind,
): LogRefusal<Reason> {
  const windows = new Map<Reason, Window>();
  return (reason, facts) => {
    metrics.refusals.inc({ door, reason });
    const now = clock.monotonic();
    const last = windows.get(reason);
    const isNew = !last || now - last.since >= WINDOW_MS;
    const window = isNew ? { since: now, lines: 0, leftOut: 0 } : last;
    if (isNew) windows.set(reason, window);
    if (window.lines === MAX_LINES) {
      window.leftOut += 1;
      return;
    }
    window.lines += 1;
    logger[level]({ ...facts, reason, ...(isNew && last?.leftOut && { leftOut: last.leftOut }) }, message);
  };
}
