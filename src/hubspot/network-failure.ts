import { errors } from 'undici';
import { GatewayError } from '../errors.ts';

/** No answer of HubSpot's API. */
export class NetworkFailure extends GatewayError<'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT'> {
  /** True when no connection came about: HubSpot saw nothing of the call. Otherwise nobody knows whether it acted on it. */
  readonly isUnsent: boolean;

  constructor(code: 'HUBSPOT_UNAVAILABLE' | 'HUBSPOT_TIMEOUT', cause: unknown) {
    const timedOut = code === 'HUBSPOT_TIMEOUT';
    super(code, timedOut ? 'HubSpot did not answer in time.' : 'HubSpot could not be reached.', {}, { cause });
    this.isUnsent = isFailureToConnect(cause);
  }
}

/** Failures that no connection has once it stands. */
const CONNECT_FAILURES: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

function isFailureToConnect(cause: unknown): boolean {
  if (cause instanceof errors.ConnectTimeoutError || isFailureOfProxy(cause)) return true;
  return cause instanceof Error && CONNECT_FAILURES.includes(Reflect.get(cause, 'code'));
}

/** A proxy that refuses to lead on, or leaves in the middle of being asked. */
function isFailureOfProxy(cause: unknown): boolean {
  if (cause instanceof errors.RequestAbortedError) return cause.message.startsWith('Proxy response');
  return cause instanceof errors.ProxyConnectionError || cause instanceof errors.SecureProxyConnectionError;
}
