import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** The modes that pg supports. It treats unknown modes, also libpq's `allow`, like `verify-full`. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** pg 8 treats these modes like `verify-full`, and prints a warning. */
const AS_VERIFY_FULL = /(?<=[?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g;

/**
 * Parses a connection string for pg: `postgres://`, `postgresql://`, or `socket:` with the folder of a Unix socket. Reads
 * the files that it names (`sslrootcert`, `sslcert`, `sslkey`).
 * @throws TypeError with a message that follows the name of a setting. The message quotes only file names.
 */
export function parsePostgresUrl(url: string): ClientConfig {
  // The parser accepts a text such as "nonsense" as a path, and makes up a host for it.
  if (!/^(postgres(ql)?:\/\/|socket:)/.test(url)) throw new TypeError('must be postgres://… or memory:');
  if (url.includes('#')) throw new TypeError('must have a # in a password written as %23');
  const mode = /[?&]sslmode=([^&]*)/.exec(url)?.[1];
  if (mode !== undefined && !SSL_MODES.includes(mode)) {
    throw new TypeError(`must have an sslmode of ${SSL_MODES.join(', ')}`);
  }
  const isLibpqCompatible = /[?&]uselibpqcompat=true(&|$)/.test(url);
  const config = parse(isLibpqCompatible ? url : url.replace(AS_VERIFY_FULL, 'verify-full'));
  if (config.host?.includes(',')) throw new TypeError('must name one host; pg does not try several');
  return config;
}

function parse(url: string): ClientConfig {
  try {
    return parseIntoClientConfig(url);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException; // Both fields can be undefined.
    if (path !== undefined) throw new TypeError(`names the file ${path}, which cannot be read (${code})`);
    if (/verify-ca/.test(String(error))) throw new TypeError('must name a CA by sslrootcert for its sslmode');
    throw new TypeError('is not a connection string that pg can read; some characters need percent-encoding');
  }
}
