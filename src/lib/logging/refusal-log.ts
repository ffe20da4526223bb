import type { Metrics } from '../metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { Logger } from './logger.ts';

/** Lines per reason and minute: enough to see what is wrong, too few for a bot to fill a disk. */
const MAX_LINES = 10;
const WINDOW_MS = 60_000;

export interface RefusalLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'refusals'>;
}

/** Where requests are refused, at what level that is worth a line, and its words. */
export interface RefusalKind {
  readonly door: 'callback' | 'viewer' | 'operation';
  readonly level: 'info' | 'warn';
  readonly message: string;
}

/** Says why a request was refused. `reason` comes from a small fixed set, `facts` hold nothing that is secret. */
export type LogRefusal<Reason extends string> = (reason: Reason, facts?: object) => void;

interface Window {
  readonly since: number;
  lines: number;
  leftOut: number;
}

/** Counts every refusal, and logs the first ones of each reason and minute; a later line tells how many were left out. */
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
