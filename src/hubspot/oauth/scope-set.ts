import { LRUCache } from 'lru-cache';
import type { ScopeRequirement } from '../../crm/scopes.ts';

/** Many portals grant the same sets of scopes. */
const MAX_INTERNED = 1_000;
const interned = new LRUCache<string, ScopeSet>({ max: MAX_INTERNED });
const byList = new WeakMap<readonly string[], ScopeSet>();

/** An immutable set of HubSpot scopes. */
export class ScopeSet {
  readonly #scopes: ReadonlySet<string>;

  /** Returns one object for equal sets, so that results for a set can be cached by object. */
  static of(scopes: readonly string[]): ScopeSet {
    const known = byList.get(scopes);
    if (known) return known;
    const fresh = new ScopeSet(scopes);
    const key = fresh.toArray().join(' ');
    const set = interned.get(key) ?? fresh;
    interned.set(key, set);
    byList.set(scopes, set);
    return set;
  }

  constructor(scopes: Iterable<string>) {
    this.#scopes = new Set(scopes);
  }

  has(scope: string): boolean {
    return this.#scopes.has(scope);
  }

  /** True when the set contains every scope of at least one alternative. */
  satisfies(requirement: ScopeRequirement): boolean {
    return requirement.some((alternative) => alternative.every((scope) => this.#scopes.has(scope)));
  }

  /** The scopes that the set lacks, in their order. */
  missing(scopes: Iterable<string>): string[] {
    return [...scopes].filter((scope) => !this.#scopes.has(scope));
  }

  /** The scopes that the set lacks for the first alternative with the fewest missing ones; empty when it is satisfied. */
  missingFor(requirement: ScopeRequirement): string[] {
    let fewest: string[] | undefined;
    for (const alternative of requirement) {
      const missing = this.missing(alternative);
      if (!fewest || missing.length < fewest.length) fewest = missing;
    }
    return fewest ?? [];
  }

  union(scopes: Iterable<string>): ScopeSet {
    return new ScopeSet([...this.#scopes, ...scopes]);
  }

  /** Sorted. */
  toArray(): string[] {
    return [...this.#scopes].sort();
  }
}
