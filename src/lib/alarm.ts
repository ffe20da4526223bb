import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What a person should look at. */
export type AlarmKind = 'app_credentials' | 'bad_token_answer' | 'missing_key' | 'other_portal' | 'seal_broken';

/** Tells people: one line in the log, and a counter to be woken by. */
export type Alarm = (kind: AlarmKind, message: string, facts: object) => void;

export function createAlarm(logger: Logger, { alarms }: Pick<Metrics, 'alarms'>): Alarm {
  return (kind, message, facts) => {
    alarms.inc({ kind });
    logger.error({ ...facts, alarm: kind }, message);
  };
}
