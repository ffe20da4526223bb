import type { Logger } from '../lib/logging/logger.ts';
import { Outages } from '../lib/logging/outages.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { Database } from './database.ts';

export interface StorageOutagesOptions {
  readonly metrics: Pick<Metrics, 'storageFailures'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Logs the begin and the end of an outage of the database, and counts the failed statements. */
export function logStorageOutages(database: Database, { metrics, clock, logger }: StorageOutagesOptions): void {
  const messages = { begin: 'the database is not available', end: 'the database is available again' };
  const outages = new Outages<'database'>({ clock, logger, messages });
  database.watch((failure) => {
    if (!failure) return outages.succeeded('database', {});
    const { reason, explanation, remedy } = failure;
    metrics.storageFailures.inc({ reason });
    outages.failed('database', { reason, explanation, remedy });
  });
}
