import { Writable } from 'node:stream';
import { createLogger, type Logger } from '../../src/lib/logger.ts';

/** Writes every line into `lines`. */
export function collectingLogger(lines: string[]): Logger {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return createLogger('debug', destination);
}
