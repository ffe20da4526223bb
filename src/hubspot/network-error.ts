import { errors } from 'undici';
import { GatewayError } from '../errors.ts';
import { DeadlinePassed, RequestTimeoutError } from './request.ts';

type NetworkCode = 'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT';

const MESSAGES: Readonly<Record<NetworkCode, string>> = {
  HUBSPOT_UNAVAILABLE: 'HubSpot could not be reached.',
  HUBSPOT_TIMEOUT: 'HubSpot did not answer in time.',
};

/** No answer of HubSpot's API. */
export class NetworkError extends GatewayError<NetworkCode> {
  /** True when nothing was sent, or no connection came about: HubSpot saw nothing of the call. Otherwise nobody knows whether it acted on it. */
  readonly isUnsent: boolean;

  constructor(code: NetworkCode, cause: unknown, message = MESSAGES[code]) {
    super(code, message, {}, { cause });
    this.isUnsent = cause instanceof DeadlinePassed || isFailureToConnect(cause);
  }

  /** True when whoever asked had less time than a call may take: HubSpot may be well. */
  get isCutShort(): boolean {
    return this.cause instanceof DeadlinePassed || (this.cause instanceof RequestTimeoutError && this.cause.isCutShort);
  }
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
