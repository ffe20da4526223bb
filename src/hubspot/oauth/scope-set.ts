import { LRUCache } from 'lru-cache';
import type { ScopeRequirement } from '../../crm/scopes.ts';

/** Portals are many, the sets that they grant are few. */
const MAX_INTERNED = 1_000;
const interned = new LRUCache<string, ScopeSet>({ max: MAX_INTERNED });
const byList = new WeakMap<readonly string[], ScopeSet>();

/** A set of HubSpot scopes as a value. */
export class ScopeSet {
  readonly #scopes: ReadonlySet<string>;

  /** One object for equal sets, so that what is worked out for a set can be kept with it. */
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

  /** True when every scope of at least one alternative is here. */
  satisfies(requirement: ScopeRequirement): boolean {
    return requirement.some((alternative) => alternative.every((scope) => this.#scopes.has(scope)));
  }

  /** Those of `scopes` that are not here, in their order. */
  missing(scopes: Iterable<string>): string[] {
    return [...scopes].filter((scope) => !this.#scopes.has(scope));
  }

  /** What the cheapest alternative of `requirement` lacks; empty when it is satisfied. The first of equals wins. */
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
