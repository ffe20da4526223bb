import { GatewayError, isGatewayError } from '../errors.ts';
import type { Viewer } from '../graphql/context.ts';
import type { LogRefusal } from '../lib/logging/refusal-log.ts';
import { errorBody, retryAfter } from './error-body.ts';
import type { EarlyAnswer } from './refusal.ts';

/** How many operations a process works on at once. */
export interface OperationLimits {
  readonly replica: number;
  readonly tenant: number;
  readonly viewer: number;
}

/** Which limit an operation met. */
export type AdmissionRefusal = keyof OperationLimits;

/** A burst is over soon; those that were refused together should not all come back together. */
const RETRY_MS = { least: 1_000, most: 5_000 };

/**
 * Counts the operations that are under way, and refuses those beyond a limit, which would only make all others wait
 * longer. A tenant also gets no more than what is still free in the process, and a viewer no more than what is still
 * free for the tenant: so others find room, however much one wants.
 */
export class Admission {
  readonly #limits: OperationLimits;
  readonly #logRefusal: LogRefusal<AdmissionRefusal>;
  readonly #tenants = new Counts();
  readonly #viewers = new Counts();
  #underWay = 0;

  constructor(limits: OperationLimits, logRefusal: LogRefusal<AdmissionRefusal>) {
    this.#limits = limits;
    this.#logRefusal = logRefusal;
  }

  /** Operations under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * Runs one operation of a viewer.
   * @throws GatewayError OVERLOADED at once when there is no room for it
   */
  async run<T>({ tenantId, id }: Pick<Viewer, 'tenantId' | 'id'>, operation: () => T | Promise<T>): Promise<T> {
    const viewer = `${tenantId}\n${id}`;
    const refusal = this.#refusal(tenantId, viewer);
    if (refusal) {
      this.#logRefusal(refusal, { tenantId });
      throw overloaded(RETRY_MS.least + Math.floor(Math.random() * (RETRY_MS.most - RETRY_MS.least)));
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
    return ofTenant >= limits.replica - this.#underWay ? 'replica' : undefined;
  }

  #change(tenant: string, viewer: string, change: 1 | -1): void {
    this.#underWay += change;
    this.#tenants.add(tenant, change);
    this.#viewers.add(viewer, change);
  }
}

/** Keeps only what is not zero. */
class Counts {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, change: 1 | -1): void {
    const count = this.of(key) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}

export function overloaded(retryAfterMs: number): GatewayError<'OVERLOADED'> {
  const message = 'The gateway has more to do than it can hold. Send the request again in a moment.';
  return new GatewayError('OVERLOADED', message, { retryAfterMs });
}

/** The answer over HTTP. */
export function overloadedAnswer({ code, message, extensions }: GatewayError<'OVERLOADED'>): EarlyAnswer {
  return { status: 503, headers: retryAfter(extensions.retryAfterMs), body: errorBody(code, message, extensions) };
}

/** True for the refusal of an operation that found no room. */
export function isOverloaded(error: unknown): error is GatewayError<'OVERLOADED'> {
  return isGatewayError(error, 'OVERLOADED');
}
