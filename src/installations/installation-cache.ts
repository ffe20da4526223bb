import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { DefaultInstallationStore, ViewerId } from '../storage/default-installation-store.ts';
import { type GrantHolder, holderId } from '../storage/grant-holder.ts';
import type { HeldInstallations, Installation, InstallationChange, StoredChange } from '../storage/installation.ts';
import type { InstallationStore } from '../storage/installation-store.ts';
import { DefaultChoices } from './default-choices.ts';

/** Time between two reads of the changes of other replicas. */
const POLL_MS = 250;
/** A change gets its timestamp before its commit, so each read also covers this much of the past. */
const OVERLAP_MS = 5_000;
const MAX_HOLDERS = 10_000;
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

interface KnownHolder {
  readonly stored: PromiseOrValue<HeldInstallations>;
  /** The number of the read that brought it. */
  readonly read: number;
}

/**
 * Caches the installations of tenants and of viewers, and the defaults of viewers, so that a query needs no SQL statement. One
 * small statement every 250 ms reads the changes of other replicas. A change of this replica invalidates the cache at
 * once. Before a refusal, the replica reads the changes at once. One statement reads those of all tenants, so at most one
 * is in flight, however many requests are refused.
 */
export class InstallationCache {
  readonly #options: InstallationCacheOptions;
  /** By the id of the holder. */
  readonly #holders = new LRUCache<string, KnownHolder>(cacheLimit(MAX_HOLDERS));
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

  /**
   * The installations of a tenant, and those of the viewer if the holder is one; oldest first. Changes of other replicas
   * show within about 300 ms.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  list(holder: GrantHolder): PromiseOrValue<readonly Installation[]> {
    return andThen(this.#known(holder.tenantId).stored, ({ installations, hasViewerGrants }) => {
      if (!hasViewerGrants || holder.viewerId === null) return installations;
      return andThen(this.#known(holderId(holder)).stored, (own) => inOrder(installations, own.installations));
    });
  }

  /** Whether any viewer of the tenant holds a grant. As fresh as `list`. @throws GatewayError STORAGE_UNAVAILABLE */
  hasViewerGrants(tenantId: string): PromiseOrValue<boolean> {
    return andThen(this.#known(tenantId).stored, ({ hasViewerGrants }) => hasViewerGrants);
  }

  /** Id of a viewer's default installation. As fresh as `list`. @throws GatewayError STORAGE_UNAVAILABLE */
  defaultOf(viewer: ViewerId): PromiseOrValue<string | undefined> {
    return andThen(this.#known(viewer.tenantId).stored, ({ hasDefaults }) =>
      hasDefaults ? andThen(this.#defaults.of(viewer), ({ installationId }) => installationId) : undefined,
    );
  }

  /** Stores or removes a viewer's choice. @throws GatewayError STORAGE_UNAVAILABLE */
  async saveDefault(viewer: ViewerId, installationId: string | undefined): Promise<void> {
    const tenant = { tenantId: viewer.tenantId, viewerId: null };
    await this.#defaults.save(viewer, installationId).finally(() => this.forget(tenant));
  }

  /**
   * The installations with all changes from before the read `readCount`; from memory while the database is not available.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async current(holder: GrantHolder, readCount: number): Promise<readonly Installation[]> {
    if (this.#oldestRead(holder) <= readCount) await this.#readChangesAfter(readCount);
    return this.list(holder);
  }

  /** The number of the older of the reads that `list` uses. */
  #oldestRead(holder: GrantHolder): number {
    const { read } = this.#known(holder.tenantId);
    const own = holder.viewerId === null ? undefined : this.#holders.peek(holderId(holder));
    return own ? Math.min(read, own.read) : read;
  }

  /** Calls `listener` for each change of an installation; within about 300 ms for changes of other replicas. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Removes the entry of a holder after a change. */
  forget(holder: GrantHolder): void {
    this.#holders.delete(holderId(holder));
    // The first grant of a viewer changes what is known of the tenant.
    if (holder.viewerId !== null) this.#holders.delete(holder.tenantId);
  }

  /** This replica changed an installation. */
  changed(change: InstallationChange): void {
    this.forget(change);
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

  #known(holder: string): KnownHolder {
    const known = this.#holders.get(holder);
    if (known && known.read >= this.#staleBefore) return known;
    const answer = this.#options.installations.ofHolder(holder);
    this.#reads += 1;
    // A stale entry is still used if the database is not available again.
    const stored = known ? answer.catch(() => known.stored) : answer;
    const reading: KnownHolder = { stored, read: this.#reads };
    this.#holders.set(holder, reading);
    const isCurrent = () => this.#holders.peek(holder) === reading;
    answer.then(
      (found) => {
        if (!isCurrent()) return;
        this.#holders.set(holder, { ...reading, stored: found });
        for (const installation of found.installations) this.#notify(installation);
      },
      // A failure is not cached.
      () => isCurrent() && (known ? this.#holders.set(holder, known) : this.#holders.delete(holder)),
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
    const tenant = await this.#resolved(change.tenantId);
    if (change.kind === 'default') {
      await this.#defaults.changed(change, change.updatedAt);
      if (tenant?.hasDefaults === false) this.#holders.delete(change.tenantId);
      return;
    }
    const held = change.viewerId === null ? tenant : await this.#resolved(holderId(change));
    if (held && !isKnown(change, held)) this.#holders.delete(holderId(change));
    if (change.viewerId !== null && tenant?.hasViewerGrants === false) this.#holders.delete(change.tenantId);
  }

  async #resolved(holder: string): Promise<HeldInstallations | undefined> {
    return Promise.resolve(this.#holders.peek(holder)?.stored).catch(() => undefined);
  }
}

function isKnown(change: InstallationChange, { installations }: HeldInstallations): boolean {
  return installations.some(({ id, updatedAt }) => id === change.id && updatedAt === change.updatedAt);
}

/** Both lists together, oldest first. */
function inOrder(a: readonly Installation[], b: readonly Installation[]): readonly Installation[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  return [...a, ...b].sort((one, other) => one.connectedAt - other.connectedAt || (one.id < other.id ? -1 : 1));
}
