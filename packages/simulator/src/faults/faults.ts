/** A fault. With `processed`, the request takes effect before the fault. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly processed?: boolean;
    }
  /** Changes the JSON of the answer. */
  | { readonly kind: 'rewrite'; readonly set: Readonly<Record<string, unknown>> }
  | { readonly kind: 'reset'; readonly at: 'before' | 'after-headers' | 'mid-body'; readonly processed?: boolean }
  /** Delays the answer until the rule is released or removed. */
  | { readonly kind: 'hold'; readonly processed?: boolean }
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  | { readonly kind: 'flood'; readonly bytes: number }
  | { readonly kind: 'delay'; readonly ms: number };

export interface FaultRule {
  /** Tested against `METHOD /path`, e.g. `^POST /oauth/[^/]+/token$`. */
  readonly match: string;
  /** Only bodies that contain this text, e.g. `grant_type=refresh_token`. */
  readonly bodyIncludes?: string;
  /** The number of requests that the fault applies to; by default unlimited. */
  readonly times?: number;
  readonly fault: Fault;
}

/** An active rule. */
export interface ActiveFault {
  readonly id: number;
  readonly rule: FaultRule;
  /** The number of requests that the fault was applied to. */
  readonly hits: number;
  /** Resolves after `count` hits. */
  reached(count: number): Promise<void>;
  /** Releases held requests. The rule stays active. */
  release(): void;
  /** Removes the rule, and releases held requests. */
  remove(): void;
}

/** Matches only token refreshes, in all API versions. */
export const REFRESH = { match: '^POST /oauth/[^/]+/token$', bodyIncludes: 'grant_type=refresh_token' } as const;

/** The fault rules. The first active rule that matches a request applies. */
export class Faults {
  readonly #active: Active[] = [];
  #nextId = 1;

  add(rule: FaultRule): ActiveFault {
    const active = new Active(this.#nextId++, rule, () => {
      const index = this.#active.indexOf(active);
      if (index >= 0) this.#active.splice(index, 1);
    });
    this.#active.push(active);
    return active;
  }

  all(): readonly ActiveFault[] {
    return this.#active;
  }

  clear(): void {
    for (const active of [...this.#active]) active.remove();
  }

  /** The rule that applies to this request. Counts a hit. */
  strike(method: string, path: string, body: string): Active | undefined {
    const active = this.#active.find((candidate) => candidate.fits(`${method} ${path}`, body));
    active?.strike();
    return active;
  }
}

class Active implements ActiveFault {
  readonly id: number;
  readonly rule: FaultRule;
  hits = 0;
  readonly #pattern: RegExp;
  readonly #onRemove: () => void;
  #held: (() => void)[] = [];
  #waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  #removed = false;

  constructor(id: number, rule: FaultRule, onRemove: () => void) {
    this.id = id;
    this.rule = rule;
    this.#pattern = new RegExp(rule.match);
    this.#onRemove = onRemove;
  }

  fits(line: string, body: string): boolean {
    const { times = Number.POSITIVE_INFINITY, bodyIncludes = '' } = this.rule;
    return this.hits < times && this.#pattern.test(line) && body.includes(bodyIncludes);
  }

  strike(): void {
    this.hits += 1;
    for (const { count, resolve } of this.#waiters) if (this.hits >= count) resolve();
    this.#waiters = this.#waiters.filter(({ count }) => this.hits < count);
  }

  reached(count: number): Promise<void> {
    if (this.hits >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  /** Resolves when the rule is released or removed. */
  held(): Promise<void> {
    return this.#removed ? Promise.resolve() : new Promise((resolve) => this.#held.push(resolve));
  }

  release(): void {
    for (const resolve of this.#held) resolve();
    this.#held = [];
  }

  remove(): void {
    this.#removed = true;
    this.#onRemove();
    this.release();
  }
}
