import { errors } from 'undici';
import { type CallOutcome, HubspotError } from './hubspot-error.ts';
import { DeadlinePassed, RequestTimeoutError } from './request.ts';

type NetworkCode = 'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT';

const MESSAGES: Readonly<Record<NetworkCode, string>> = {
  HUBSPOT_UNAVAILABLE: 'HubSpot could not be reached.',
  HUBSPOT_TIMEOUT: 'HubSpot did not answer in time.',
};

/** No answer of HubSpot's API. */
export class NetworkError extends HubspotError<NetworkCode> {
  constructor(code: NetworkCode, cause: unknown) {
    super(code, MESSAGES[code], {}, outcomeOf(cause), { cause });
  }
}

function outcomeOf(cause: unknown): CallOutcome {
  const isUnsent = cause instanceof DeadlinePassed || isFailureToConnect(cause);
  return {
    reachedHubSpot: isUnsent ? 'no' : 'maybe',
    mayBeDone: !isUnsent,
    condition: 'outage',
    isCutShort: cause instanceof DeadlinePassed || (cause instanceof RequestTimeoutError && cause.isCutShort),
  };
}

/** Codes of failures to resolve or reach the host, or to open the connection. */
const CONNECT_FAILURES: readonly unknown[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];
const CONNECTING: readonly unknown[] = ['connect', 'getaddrinfo'];
/** The same codes after `read` or `write` concern an open connection, which may have sent data. */
const CONNECTED: readonly unknown[] = ['read', 'write'];

/** True when `cause` proves that no connection was opened, to any of the addresses. */
function isFailureToConnect(cause: unknown): boolean {
  if (isFailureOfProxy(cause)) return true;
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.every(isFailureToConnect);
  if (!(cause instanceof Error)) return false;
  const [code, syscall]: readonly unknown[] = [Reflect.get(cause, 'code'), Reflect.get(cause, 'syscall')];
  return CONNECTING.includes(syscall) || (CONNECT_FAILURES.includes(code) && !CONNECTED.includes(syscall));
}

/** The proxy refused the CONNECT request, or closed the connection before its answer. */
function isFailureOfProxy(cause: unknown): boolean {
  if (cause instanceof errors.RequestAbortedError) return cause.message.startsWith('Proxy response');
  return cause instanceof errors.ProxyConnectionError || cause instanceof errors.SecureProxyConnectionError;
}
