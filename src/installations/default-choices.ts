import { LRUCache } from 'lru-cache';
import { cacheLimit } from '../lib/cache-limit.ts';
import type { PromiseOrValue } from '../lib/promise-or-value.ts';
import type { DefaultInstallation, DefaultInstallationStore, ViewerId } from '../storage/default-installation-store.ts';

const MAX_VIEWERS = 10_000;

/** Caches the default installations of viewers. The installation cache removes entries after a change. */
export class DefaultChoices {
  readonly #store: DefaultInstallationStore;
  readonly #known = new LRUCache<string, PromiseOrValue<DefaultInstallation>>(cacheLimit(MAX_VIEWERS));

  constructor(store: DefaultInstallationStore) {
    this.#store = store;
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE */
  of(viewer: ViewerId): PromiseOrValue<DefaultInstallation> {
    const key = keyOf(viewer);
    const known = this.#known.get(key);
    if (known) return known;
    const reading = this.#store.read(viewer);
    this.#known.set(key, reading);
    const isCurrent = () => this.#known.peek(key) === reading;
    reading.then(
      (found) => isCurrent() && this.#known.set(key, found),
      // A failure is not cached.
      () => isCurrent() && this.#known.delete(key),
    );
    return reading;
  }

  /** @throws GatewayError STORAGE_UNAVAILABLE */
  async save(viewer: ViewerId, installationId: string | undefined): Promise<void> {
    await this.#store.save(viewer, installationId).finally(() => this.#known.delete(keyOf(viewer)));
  }

  /** Called when a replica has stored a choice at `updatedAt`. */
  async changed(viewer: ViewerId, updatedAt: number): Promise<void> {
    const known = this.#known.peek(keyOf(viewer));
    const choice = await Promise.resolve(known).catch(() => undefined);
    if (choice && choice.updatedAt !== updatedAt) this.#known.delete(keyOf(viewer));
  }

  forgetAll(): void {
    this.#known.clear();
  }
}

function keyOf({ tenantId, viewerId }: ViewerId): string {
  return `${tenantId}\n${viewerId}`;
}
