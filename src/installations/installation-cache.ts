import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { DefaultInstallationStore, ViewerId } from '../storage/default-installation-store.ts';
import type {
  Installation,
  InstallationChange,
  InstallationStore,
  StoredChange,
  TenantInstallations,
} from '../storage/installation-store.ts';
import { DefaultChoices } from './default-choices.ts';

/** Time between two reads of the changes of other replicas. */
const POLL_MS = 250;
/** A change gets its timestamp before its commit, so each read also covers this much of the past. */
const OVERLAP_MS = 5_000;
const MAX_TENANTS = 10_000;
/** Time between two attempts while the database is not available. */
const STORAGE_PAUSE_MS = 1_000;

export interface InstallationCacheOptions {
  readonly installations: InstallationStore;
  readonly defaults: DefaultInstallationStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Called with the current state of an installation when this replica reads or makes a change; possibly several times. */
export type ChangeListener = (change: InstallationChange) => void;

interface KnownTenant {
  readonly stored: PromiseOrValue<TenantInstallations>;
  /** The number of the read that brought it. */
  readonly read: number;
}

/**
 * Caches the installations of tenants and the defaults of their viewers, so that a query needs no SQL statement. One
 * small statement every 250 ms reads the changes of other replicas. A change of this replica invalidates the cache at
 * once. Before a refusal, the replica reads the changes at once. One statement reads those of all tenants, so at most one
 * is in flight, however many requests are refused.
 */
export class InstallationCache {
  readonly #options: InstallationCacheOptions;
  readonly #tenants = new LRUCache<string, KnownTenant>(cacheLimit(MAX_TENANTS));
  readonly #defaults: DefaultChoices;
  readonly #listeners: ChangeListener[] = [];
  /** True since the first tenant was read. It stays true, because listeners can use installations that were evicted here. */
  #isPolling = false;
  #cancelPoll: (() => void) | undefined;
  #polling: Promise<void> | undefined;
  #closed = false;
  /** Number of started reads, of tenants and of changes. */
  #reads = 0;
  /** Number of the latest successful read of changes. All changes from before its start are known. */
  #changesRead = 0;
  /** Set while the database is not available; on the monotonic clock. */
  #retryAt = Number.NEGATIVE_INFINITY;
  /** Entries of earlier reads are stale: after an outage, the database can be an older copy. */
  #staleBefore = 0;
  /** Start of the latest successful read of changes, on the monotonic clock. */
  #polledAt: number;

  constructor(options: InstallationCacheOptions) {
    this.#options = options;
    this.#defaults = new DefaultChoices(options.defaults);
    this.#polledAt = options.clock.monotonic();
  }

  /** The number of reads so far, as a logical timestamp for `current`. */
  get readCount(): number {
    return this.#reads;
  }

  /** Oldest first. Changes of other replicas show within about 300 ms. @throws GatewayError STORAGE_UNAVAILABLE */
  list(tenantId: string): PromiseOrValue<readonly Installation[]> {
    return andThen(this.#known(tenantId).stored, ({ installations }) => installations);
  }

  /** Id of a viewer's default installation. As fresh as `list`. @throws GatewayError STORAGE_UNAVAILABLE */
  defaultOf(viewer: ViewerId): PromiseOrValue<string | undefined> {
    return andThen(this.#known(viewer.tenantId).stored, ({ hasDefaults }) =>
      hasDefaults ? andThen(this.#defaults.of(viewer), ({ installationId }) => installationId) : undefined,
    );
  }

  /** Stores or removes a viewer's choice. @throws GatewayError STORAGE_UNAVAILABLE */
  async saveDefault(viewer: ViewerId, installationId: string | undefined): Promise<void> {
    await this.#defaults.save(viewer, installationId).finally(() => this.forget(viewer.tenantId));
  }

  /**
   * The installations with all changes from before the read `readCount`; from memory while the database is not available.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async current(tenantId: string, readCount: number): Promise<readonly Installation[]> {
    if (this.#known(tenantId).read <= readCount) await this.#readChangesAfter(readCount);
    return this.list(tenantId);
  }

  /** Calls `listener` for each change of an installation; within about 300 ms for changes of other replicas. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Removes the entry of a tenant after a change. */
  forget(tenantId: string): void {
    this.#tenants.delete(tenantId);
  }

  /** This replica changed an installation. */
  changed(change: InstallationChange): void {
    this.forget(change.tenantId);
    this.#notify(change);
  }

  #notify(change: InstallationChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll?.();
    await this.#polling;
  }

  #known(tenantId: string): KnownTenant {
    const known = this.#tenants.get(tenantId);
    if (known && known.read >= this.#staleBefore) return known;
    const answer = this.#options.installations.ofTenant(tenantId);
    this.#reads += 1;
    // A stale entry is still used if the database is not available again.
    const stored = known ? answer.catch(() => known.stored) : answer;
    const reading: KnownTenant = { stored, read: this.#reads };
    this.#tenants.set(tenantId, reading);
    const isCurrent = () => this.#tenants.peek(tenantId) === reading;
    answer.then(
      (found) => {
        if (!isCurrent()) return;
        this.#tenants.set(tenantId, { ...reading, stored: found });
        for (const installation of found.installations) this.#notify(installation);
      },
      // A failure is not cached.
      () => isCurrent() && (known ? this.#tenants.set(tenantId, known) : this.#tenants.delete(tenantId)),
    );
    this.#startPolling();
    return reading;
  }

  #startPolling(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#polledAt = this.#options.clock.monotonic();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelPoll = this.#options.clock.schedule(() => {
      this.#poll().finally(() => this.#schedule());
    }, POLL_MS);
  }

  async #readChangesAfter(readCount: number): Promise<void> {
    // A poll that started earlier may not have seen the change.
    await this.#polling;
    if (this.#changesRead > readCount || this.#options.clock.monotonic() < this.#retryAt) return;
    await this.#poll();
  }

  /** Starts a read of changes, or joins the one in flight. Never rejects. */
  #poll(): Promise<void> {
    this.#polling ??= this.#readChanges().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #readChanges(): Promise<void> {
    const { installations, clock, logger } = this.#options;
    const startedAt = clock.monotonic();
    this.#reads += 1;
    const read = this.#reads;
    try {
      const changes = await installations.changedWithin(startedAt - this.#polledAt + OVERLAP_MS);
      for (const change of changes) if (change.kind === 'installation') this.#notify(change);
      for (const change of changes) await this.#applyChange(change);
      this.#polledAt = startedAt;
      this.#changesRead = read;
      if (this.#retryAt > Number.NEGATIVE_INFINITY) {
        this.#staleBefore = read;
        this.#defaults.forgetAll();
      }
      this.#retryAt = Number.NEGATIVE_INFINITY;
    } catch (err) {
      // Nothing changes while the database is not available, so the cache stays valid.
      this.#retryAt = clock.monotonic() + STORAGE_PAUSE_MS;
      logger.debug({ err }, 'changes of installations could not be read');
    }
  }

  async #applyChange(change: StoredChange): Promise<void> {
    const tenant = this.#tenants.peek(change.tenantId);
    const known = await Promise.resolve(tenant?.stored).catch(() => undefined);
    if (change.kind === 'default') await this.#defaults.changed(change, change.updatedAt);
    if (known && !isKnown(change, known)) this.forget(change.tenantId);
  }
}

function isKnown(change: StoredChange, { installations, hasDefaults }: TenantInstallations): boolean {
  if (change.kind === 'default') return hasDefaults;
  return installations.some(({ id, updatedAt }) => id === change.id && updatedAt === change.updatedAt);
}
