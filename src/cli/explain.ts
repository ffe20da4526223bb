import { GraphQLError } from 'graphql';
import { ConfigError } from '../config.ts';
import { KeyMissingError } from '../storage/encryption/encryption-keys.ts';
import { DatabaseNewerError, MigrationError, StorageUnavailableError } from '../storage/storage-failure.ts';
import { NoFilesError } from './scopes.ts';

/** The message for an error. Errors that the operator can fix have one sentence, other errors have their stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // GraphQLError's toString shows file, line and column.
  if (error instanceof GraphQLError) return error.toString();
  if (error instanceof ConfigError || error instanceof NoFilesError) return error.message;
  if (error instanceof KeyMissingError) return error.explanation;
  if (error instanceof DatabaseNewerError) return error.message;
  if (error instanceof MigrationError) return ofDriver(error.cause) ?? error.message;
  if (error instanceof StorageUnavailableError) return ofDriver(error.cause) ?? error.explanation;
  return ofDriver(error) ?? error.stack ?? error.message;
}

function ofDriver(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // A host name with several addresses has one error for each address. The first is enough.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const facts: Facts = first instanceof Error ? first : error;
  return ofListening(facts) ?? ofCertificate(facts) ?? ofConnecting(facts) ?? ofPostgres(facts) ?? ofFiles(facts);
}

/** The fields that Node and pg add to their errors. */
interface Facts extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly severity?: string;
}

function ofListening({ syscall, code, address, port }: Facts): string | undefined {
  if (syscall !== 'listen') return undefined;
  if (code === 'EADDRINUSE')
    return `Something else listens on port ${port} of ${address}: end it, or choose another port.`;
  if (code === 'EACCES') return `This user may not listen on port ${port}: choose a port above 1023.`;
  if (code === 'EADDRNOTAVAIL') return `This machine does not have the address ${address}: choose another HOST.`;
  return undefined;
}

/** At a start, only the connection to Postgres verifies certificates. Node's documentation of `tls` lists the codes. */
const UNKNOWN_ISSUER = /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|CERT_UNTRUSTED/;

function ofCertificate({ code = '', message }: Facts): string | undefined {
  if (UNKNOWN_ISSUER.test(code)) {
    return `Postgres's certificate comes from a CA that is not known here (${code}): name the CA's file in DATABASE_URL (sslrootcert=/path/ca.pem), or encrypt without checking (sslmode=no-verify).`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "Postgres's certificate is for another host than DATABASE_URL names: use a name that the certificate holds, or encrypt without checking (sslmode=no-verify).";
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `Postgres's certificate is not valid today (${code}): renew it, or set this machine's clock.`;
  }
  if (message === 'The server does not support SSL connections') {
    return 'Postgres does not speak TLS, and DATABASE_URL or PGSSLMODE asks for it: turn it on there, or set sslmode=disable.';
  }
  return code.startsWith('ERR_SSL_') || code === 'EPROTO'
    ? `Postgres and this machine agree on no way to encrypt (${code}): check sslmode and the certificates in DATABASE_URL.`
    : undefined;
}

function ofConnecting({ syscall, code, address, port, hostname, message }: Facts): string | undefined {
  if (syscall === 'getaddrinfo') return `The host ${hostname} is unknown here: check DATABASE_URL and HOST.`;
  if (syscall === 'connect') {
    const where = port === undefined ? address : `${address}:${port}`;
    return `Postgres does not answer at ${where} (${code}): check DATABASE_URL, and that it runs.`;
  }
  return /^(timeout exceeded when trying to connect|Connection terminated)/.test(message)
    ? `Postgres did not answer in time (${message}): check DATABASE_URL, and what stands in between.`
    : undefined;
}

/** Postgres refuses a connection with severity FATAL: wrong credentials, a missing database, too many clients. */
function ofPostgres({ severity, code, message }: Facts): string | undefined {
  return severity === 'FATAL' ? `Postgres refuses to connect (${code}, ${message}): check DATABASE_URL.` : undefined;
}

const OF_FILES = ['ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES', 'EROFS'];

function ofFiles({ syscall, code, message }: Facts): string | undefined {
  if (syscall === 'mkdir') return `The folder of the embedded database cannot be created (${message}): check DATA_DIR.`;
  if (code === 'ERR_SQLITE_ERROR') return `The embedded database cannot be used (${message}): check DATA_DIR.`;
  return OF_FILES.includes(code ?? '') ? message : undefined;
}
