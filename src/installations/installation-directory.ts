import { LRUCache } from 'lru-cache';
import { GatewayError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Installation, InstallationStore } from '../storage/installation-store.ts';

/** How soon a change made by another replica is seen here. */
const POLL_MS = 250;
/** A change is stamped before it is committed: look back so far. */
const OVERLAP_MS = 5_000;
const MAX_TENANTS = 10_000;
/** A database that is away is asked again no sooner. */
const STORAGE_PAUSE_MS = 1_000;

export interface InstallationDirectoryOptions {
  readonly installations: InstallationStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Installations by tenant, from memory: a query costs no statement. One small statement every quarter of a second tells
 * what other replicas changed; what this one changes is forgotten at once.
 */
export class InstallationDirectory {
  readonly #options: InstallationDirectoryOptions;
  readonly #tenants = new LRUCache<string, PromiseOrValue<readonly Installation[]>>({ max: MAX_TENANTS });
  #cancelPoll: (() => void) | undefined;
  #polling: Promise<void> = Promise.resolve();
  #closed = false;
  /** When the last look at the changes began, on the monotonic clock. */
  #polledAt: number;

  constructor(options: InstallationDirectoryOptions) {
    this.#options = options;
    this.#polledAt = options.clock.monotonic();
  }

  /** Oldest first. @throws GatewayError HUBSPOT_UNAVAILABLE */
  list(tenantId: string): PromiseOrValue<readonly Installation[]> {
    const known = this.#tenants.get(tenantId);
    if (known) return known;
    if (this.#tenants.size === 0) this.#polledAt = this.#options.clock.monotonic();
    const read = this.#options.installations.list(tenantId).catch((error: unknown) => this.#explain(error));
    this.#tenants.set(tenantId, read);
    const isCurrent = () => this.#tenants.peek(tenantId) === read;
    read.then(
      (installations) => isCurrent() && this.#tenants.set(tenantId, installations),
      // A failure is not worth remembering.
      () => isCurrent() && this.#tenants.delete(tenantId),
    );
    this.#schedule();
    return read;
  }

  /** Something of this tenant's changed. */
  forget(tenantId: string): void {
    this.#tenants.delete(tenantId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll?.();
    await this.#polling;
  }

  #explain(error: unknown): never {
    this.#options.logger.error({ err: error }, 'the installations of a tenant could not be read');
    const extensions = { retryAfterMs: STORAGE_PAUSE_MS };
    throw new GatewayError('HUBSPOT_UNAVAILABLE', 'The installations could not be read.', extensions, { cause: error });
  }

  #schedule(): void {
    if (this.#cancelPoll || this.#closed) return;
    this.#cancelPoll = this.#options.clock.schedule(() => {
      this.#polling = this.#poll().finally(() => {
        this.#cancelPoll = undefined;
        if (this.#tenants.size > 0) this.#schedule();
      });
    }, POLL_MS);
  }

  async #poll(): Promise<void> {
    const { installations, clock, logger } = this.#options;
    const startedAt = clock.monotonic();
    try {
      for (const change of await installations.changedWithin(startedAt - this.#polledAt + OVERLAP_MS)) {
        const known = await Promise.resolve(this.#tenants.peek(change.tenantId)).catch(() => undefined);
        const same = known?.some(({ id, updatedAt }) => id === change.id && updatedAt === change.updatedAt) ?? true;
        if (!same) this.forget(change.tenantId);
      }
      this.#polledAt = startedAt;
    } catch (err) {
      // Nothing can change while the database is away; what is known stays good.
      logger.debug({ err }, 'changes of installations could not be read');
    }
  }
}
