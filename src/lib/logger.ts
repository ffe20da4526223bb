import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

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
export function createLogger(level: string, destination: DestinationStream = linesTogether()): Logger {
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

const TOGETHER = { characters: 16_000, ms: 100 };

/**
 * Stdout by many lines at a time, each a moment late at most; the end of the process writes what is left. pino's own
 * buffer measures all that it holds again for every line that it takes in.
 */
function linesTogether(): DestinationStream {
  const stdout = pino.destination({ sync: false });
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const hand = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') stdout.write(lines);
    lines = '';
  };
  // Before pino's own listener, which closes stdout as soon as it is empty.
  process.prependListener('beforeExit', hand);
  process.once('exit', () => {
    if (lines === '') return;
    hand();
    stdout.flushSync();
  });
  return {
    write(line) {
      lines += line;
      if (lines.length >= TOGETHER.characters) hand();
      else timer ??= setTimeout(hand, TOGETHER.ms).unref();
    },
  };
}
