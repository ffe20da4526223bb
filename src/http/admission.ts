import { GatewayError, isGatewayError } from '../errors.ts';
import type { Viewer } from '../graphql/context.ts';
import { Counts } from '../lib/counts.ts';
import type { LogRefusal } from '../lib/logging/refusal-log.ts';
import { errorBody, retryAfter } from './error-body.ts';
import type { EarlyAnswer } from './refusal.ts';

/** The most operations in flight at the same time, in one process. */
export interface OperationLimits {
  readonly replica: number;
  readonly tenant: number;
  readonly viewer: number;
}

/** The limit that refused an operation. */
export type AdmissionRefusal = keyof OperationLimits;

/** Bursts are short. The retry time is random, so that refused clients do not all return at the same time. */
const RETRY_MS = { min: 1_000, max: 5_000 };

/**
 * Counts the operations in flight, and refuses operations beyond a limit. A tenant can have no more operations in flight
 * than the process has capacity left, and a viewer no more than its tenant has left. One tenant or viewer can therefore
 * never take the whole capacity.
 */
export class Admission {
  readonly #limits: OperationLimits;
  readonly #logRefusal: LogRefusal<AdmissionRefusal>;
  readonly #tenants = new Counts();
  readonly #viewers = new Counts();
  #inFlight = 0;

  constructor(limits: OperationLimits, logRefusal: LogRefusal<AdmissionRefusal>) {
    this.#limits = limits;
    this.#logRefusal = logRefusal;
  }

  /** Operations in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Runs one operation of a viewer.
   * @throws GatewayError OVERLOADED immediately when a limit is reached
   */
  async run<T>({ tenantId, id }: Pick<Viewer, 'tenantId' | 'id'>, operation: () => T | Promise<T>): Promise<T> {
    const viewer = `${tenantId}\n${id}`;
    const refusal = this.#refusal(tenantId, viewer);
    if (refusal) {
      this.#logRefusal(refusal, { tenantId });
      throw overloaded(RETRY_MS.min + Math.floor(Math.random() * (RETRY_MS.max - RETRY_MS.min)));
    }
    this.#change(tenantId, viewer, 1);
    try {
      return await operation();
    } finally {
      this.#change(tenantId, viewer, -1);
    }
  }

  #refusal(tenant: string, viewer: string): AdmissionRefusal | undefined {
    const limits = this.#limits;
    const [ofTenant, ofViewer] = [this.#tenants.of(tenant), this.#viewers.of(viewer)];
    if (ofViewer >= limits.viewer) return 'viewer';
    if (ofViewer >= limits.tenant - ofTenant) return 'tenant';
    return ofTenant >= limits.replica - this.#inFlight ? 'replica' : undefined;
  }

  #change(tenant: string, viewer: string, change: 1 | -1): void {
    this.#inFlight += change;
    this.#tenants.add(tenant, change);
    this.#viewers.add(viewer, change);
  }
}

export function overloaded(retryAfterMs: number): GatewayError<'OVERLOADED'> {
  const message = 'The gateway has more to do than it can hold. Send the request again in a moment.';
  return new GatewayError('OVERLOADED', message, { retryAfterMs });
}

/** The HTTP answer with status 503. */
export function overloadedAnswer({ code, message, extensions }: GatewayError<'OVERLOADED'>): EarlyAnswer {
  return { status: 503, headers: retryAfter(extensions.retryAfterMs), body: errorBody(code, message, extensions) };
}

/** True when `error` is a GatewayError OVERLOADED. */
export function isOverloaded(error: unknown): error is GatewayError<'OVERLOADED'> {
  return isGatewayError(error, 'OVERLOADED');
}
