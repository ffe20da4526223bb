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

/** No address, no way there, nobody who listens. */
const CONNECT_FAILURES: readonly unknown[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];
const CONNECTING: readonly unknown[] = ['connect', 'getaddrinfo'];
/** A connection that stands may lose its way, too: then something may have been sent. */
const CONNECTED: readonly unknown[] = ['read', 'write'];

/** Whether `cause` proves that no connection came about. Of several addresses that were tried, none may have answered. */
export function isFailureToConnect(cause: unknown): boolean {
  if (isFailureOfProxy(cause)) return true;
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.every(isFailureToConnect);
  if (!(cause instanceof Error)) return false;
  const [code, syscall]: readonly unknown[] = [Reflect.get(cause, 'code'), Reflect.get(cause, 'syscall')];
  return CONNECTING.includes(syscall) || (CONNECT_FAILURES.includes(code) && !CONNECTED.includes(syscall));
}

/** A proxy that refuses to lead on, or leaves in the middle of being asked. */
function isFailureOfProxy(cause: unknown): boolean {
  if (cause instanceof errors.RequestAbortedError) return cause.message.startsWith('Proxy response');
  return cause instanceof errors.ProxyConnectionError || cause instanceof errors.SecureProxyConnectionError;
}
