import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** Those that pg reads. Of libpq's it lacks `allow`, and would take it, like a misspelt one, for `verify-full`. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** pg 8 treats them as `verify-full`, and prints a warning of several lines that pg 9 will not. */
const AS_VERIFY_FULL = /(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g;

/**
 * What pg reads in a connection string: `postgres://`, `postgresql://`, or `socket:` with the folder of a Unix socket.
 * Files that it names (`sslrootcert`, `sslcert`, `sslkey`) are read.
 * @throws TypeError with a message that goes behind the name of a setting; it quotes names of files alone
 */
export function parsePostgresUrl(url: string): ClientConfig {
  // The parser would read "nonsense" as a path on a host of its own invention.
  if (!/^(postgres(ql)?:\/\/|socket:)/.test(url)) throw new TypeError('must be postgres://… or memory:');
  if (url.includes('#')) throw new TypeError('must have a # in a password written as %23');
  const mode = /[?&]sslmode=([^&]*)/.exec(url)?.[1];
  if (mode !== undefined && !SSL_MODES.includes(mode)) {
    throw new TypeError(`must have an sslmode of ${SSL_MODES.join(', ')}`);
  }
  const isAsLibpq = /[?&]uselibpqcompat=true(&|$)/.test(url);
  const config = understood(isAsLibpq ? url : url.replace(AS_VERIFY_FULL, 'verify-full'));
  if (config.host?.includes(',')) throw new TypeError('must name one host; pg does not try several');
  return config;
}

function understood(url: string): ClientConfig {
  try {
    return parseIntoClientConfig(url);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException; // Whatever is thrown here is read, never trusted.
    if (path !== undefined) throw new TypeError(`names the file ${path}, which cannot be read (${code})`);
    if (/verify-ca/.test(String(error))) throw new TypeError('must name a CA by sslrootcert for its sslmode');
    throw new TypeError('is not a connection string that pg can read; some characters need percent-encoding');
  }
}
