/** What a call or a field needs: every scope of at least one inner list. */
export type ScopeRequirement = readonly (readonly string[])[];

/** A set of HubSpot scopes as a value. */
export class ScopeSet {
  readonly #scopes: ReadonlySet<string>;

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
