import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { openLogDestination } from './log-destination.ts';

export type { Logger } from 'pino';

// A second line of defence only: nothing that holds a secret is handed to the logger in the first place.
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

/** JSON lines on stdout, or on `destination`. */
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

/** pino's own `isoTime`, which spells a moment out for every line, though under load many lines share one. */
function isoTime(): () => string {
  let spelled = { at: Number.NaN, text: '' };
  return () => {
    const at = Date.now();
    if (at !== spelled.at) spelled = { at, text: `,"time":"${new Date(at).toISOString()}"` };
    return spelled.text;
  };
}
