import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { Logger } from '../lib/logging/logger.ts';
import { andThen, type PromiseOrValue } from '../lib/promise-or-value.ts';
import type { Clock } from '../lib/time/clock.ts';
import type { DefaultInstallationStore, ViewerKey } from '../storage/default-installation-store.ts';
import type {
  Installation,
  InstallationChange,
  InstallationStore,
  StoredChange,
  TenantInstallations,
} from '../storage/installation-store.ts';
import { DefaultChoices } from './default-choices.ts';

/** How soon a change made by another replica is seen here. */
const POLL_MS = 250;
/** A change is stamped before it is committed: look back so far. */
const OVERLAP_MS = 5_000;
const MAX_TENANTS = 10_000;
/** A database that is away is asked again no sooner. */
const STORAGE_PAUSE_MS = 1_000;

export interface InstallationCacheOptions {
  readonly installations: InstallationStore;
  readonly defaults: DefaultInstallationStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Told of an installation as it is now, at once when this replica learns of it; maybe several times. */
export type ChangeListener = (change: InstallationChange) => void;

interface KnownTenant {
  readonly stored: PromiseOrValue<TenantInstallations>;
  /** Which read of this directory brought it. */
  readonly read: number;
}

/**
 * Installations by tenant and the defaults of its viewers, from memory: a query costs no statement. One small statement every quarter of a second tells
 * what other replicas changed; what this one changes is forgotten at once. Who is about to refuse has that statement
 * sent at once: it answers for all tenants, so that one is under way at most, however many are refused.
 */
export class InstallationCache {
  readonly #options: InstallationCacheOptions;
  readonly #tenants = new LRUCache<string, KnownTenant>(cacheLimit(MAX_TENANTS));
  readonly #defaults: DefaultChoices;
  readonly #listeners: ChangeListener[] = [];
  /** Since the first tenant was asked for: whoever listens may use installations of tenants that are forgotten here. */
  #isWatching = false;
  #cancelPoll: (() => void) | undefined;
  #polling: Promise<void> | undefined;
  #closed = false;
  /** Reads that ever began, of tenants and of changes. */
  #reads = 0;
  /** Everything is known that was changed before this read of changes began. */
  #changesRead = 0;
  #isAwayUntil = Number.NEGATIVE_INFINITY;
  /** What was read before this read is doubtful: the database that is back may be an older copy. */
  #doubtedBefore = 0;
  /** When the last look at the changes began, on the monotonic clock. */
  #polledAt: number;

  constructor(options: InstallationCacheOptions) {
    this.#options = options;
    this.#defaults = new DefaultChoices(options.defaults);
    this.#polledAt = options.clock.monotonic();
  }

  /** Now, in the order of this directory's reads: for `current`. */
  get moment(): number {
    return this.#reads;
  }

  /** Oldest first; changes of other replicas show within some 300 ms. @throws GatewayError STORAGE_UNAVAILABLE */
  list(tenantId: string): PromiseOrValue<readonly Installation[]> {
    return andThen(this.#known(tenantId).stored, ({ installations }) => installations);
  }

  /** Id of the installation that a viewer chose as default. As fresh as `list`. @throws GatewayError STORAGE_UNAVAILABLE */
  defaultOf(viewer: ViewerKey): PromiseOrValue<string | undefined> {
    return andThen(this.#known(viewer.tenantId).stored, ({ hasDefaults }) =>
      hasDefaults ? andThen(this.#defaults.of(viewer), ({ installationId }) => installationId) : undefined,
    );
  }

  /** Stores a viewer's choice, or takes it back. @throws GatewayError STORAGE_UNAVAILABLE */
  async saveDefault(viewer: ViewerKey, installationId: string | undefined): Promise<void> {
    await this.#defaults.save(viewer, installationId).finally(() => this.forget(viewer.tenantId));
  }

  /**
   * The same with all that was changed before `moment`; where the database is away, as it is known.
   * @throws GatewayError STORAGE_UNAVAILABLE
   */
  async current(tenantId: string, moment: number): Promise<readonly Installation[]> {
    if (this.#known(tenantId).read <= moment) await this.#readChangesAfter(moment);
    return this.list(tenantId);
  }

  /** Has `listener` told of what becomes of installations: of changes of other replicas within some 300 ms. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Something of this tenant's changed. */
  forget(tenantId: string): void {
    this.#tenants.delete(tenantId);
  }

  /** This replica changed an installation. */
  changed(change: InstallationChange): void {
    this.forget(change.tenantId);
    this.#tell(change);
  }

  #tell(change: InstallationChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll?.();
    await this.#polling;
  }

  #known(tenantId: string): KnownTenant {
    const known = this.#tenants.get(tenantId);
    if (known && known.read >= this.#doubtedBefore) return known;
    const answer = this.#options.installations.ofTenant(tenantId);
    this.#reads += 1;
    // What is doubtful still serves when the database is away once more.
    const stored = known ? answer.catch(() => known.stored) : answer;
    const reading: KnownTenant = { stored, read: this.#reads };
    this.#tenants.set(tenantId, reading);
    const isCurrent = () => this.#tenants.peek(tenantId) === reading;
    answer.then(
      (found) => {
        if (!isCurrent()) return;
        this.#tenants.set(tenantId, { ...reading, stored: found });
        for (const installation of found.installations) this.#tell(installation);
      },
      // A failure is not worth remembering.
      () => isCurrent() && (known ? this.#tenants.set(tenantId, known) : this.#tenants.delete(tenantId)),
    );
    this.#watch();
    return reading;
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#polledAt = this.#options.clock.monotonic();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelPoll = this.#options.clock.schedule(() => {
      this.#poll().finally(() => this.#schedule());
    }, POLL_MS);
  }

  async #readChangesAfter(moment: number): Promise<void> {
    // It may have begun before.
    await this.#polling;
    if (this.#changesRead > moment || this.#options.clock.monotonic() < this.#isAwayUntil) return;
    await this.#poll();
  }

  /** One at a time. Never rejects. */
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
      for (const change of changes) if (change.kind === 'installation') this.#tell(change);
      for (const change of changes) await this.#note(change);
      this.#polledAt = startedAt;
      this.#changesRead = read;
      if (this.#isAwayUntil > Number.NEGATIVE_INFINITY) {
        this.#doubtedBefore = read;
        this.#defaults.forgetAll();
      }
      this.#isAwayUntil = Number.NEGATIVE_INFINITY;
    } catch (err) {
      // Nothing can change while the database is away; what is known stays good until it is back.
      this.#isAwayUntil = clock.monotonic() + STORAGE_PAUSE_MS;
      logger.debug({ err }, 'changes of installations could not be read');
    }
  }

  async #note(change: StoredChange): Promise<void> {
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
