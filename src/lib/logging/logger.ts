import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { openLogDestination } from './log-destination.ts';

export type { Logger } from 'pino';

// A second line of defence. The gateway does not pass objects with secrets to the logger.
const SECRET_PATHS = [
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'access_token',
  'refresh_token',
  'client_secret',
  'clientSecret',
  'verifier',
  'code_verifier',
  'codeVerifier',
].flatMap((name) => [name, `*.${name}`]);

/** A logger that writes JSON lines to stdout or to `destination`. */
export function createLogger(level: string, destination: DestinationStream = openLogDestination()): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: isoTime(),
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
  };
  return pino(options, destination);
}

export const silentLogger: Logger = pino({ level: 'silent' });

/** Like pino's `isoTime`, but formats each timestamp once. Under load, many lines have the same timestamp. */
function isoTime(): () => string {
  let formatted = { at: Number.NaN, text: '' };
  return () => {
    const at = Date.now();
    if (at !== formatted.at) formatted = { at, text: `,"time":"${new Date(at).toISOString()}"` };
    return formatted.text;
  };
}
