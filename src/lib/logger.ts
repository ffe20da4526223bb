import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

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

/** Lines are written together, a moment late at most; what is left is written when the process ends. */
const BUFFER = { sync: false, minLength: 4_096, periodicFlush: 100 };

/** JSON lines on stdout, or on `destination`. */
export function createLogger(level: string, destination: DestinationStream = pino.destination(BUFFER)): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
  };
  return pino(options, destination);
}

export const silentLogger: Logger = pino({ level: 'silent' });
