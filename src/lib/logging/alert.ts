import type { Metrics } from '../metrics.ts';
import type { Logger } from './logger.ts';

/** Events that an operator must look at. */
export type AlertKind = 'app_credentials' | 'bad_token_answer' | 'missing_key' | 'other_portal' | 'decryption_failed';

/** Reports an event to the operator: one log line, and a counter for alerting rules. */
export type Alert = (kind: AlertKind, message: string, facts: object) => void;

export function createAlert(logger: Logger, { alerts }: Pick<Metrics, 'alerts'>): Alert {
  return (kind, message, facts) => {
    alerts.inc({ kind });
    logger.error({ ...facts, alert: kind }, message);
  };
}
