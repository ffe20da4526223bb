import { Writable } from 'node:stream';
import { createLogger, type Logger } from '../../src/lib/logging/logger.ts';

/** Writes every line into `lines`, of this level and above. */
export function collectingLogger(lines: string[], level: Parameters<typeof createLogger>[0] = 'debug'): Logger {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return createLogger(level, destination);
}
