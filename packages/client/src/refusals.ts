import { errorsOf } from './errors/errors-of.ts';
import type { KnownGatewayError } from './errors/gateway-error.ts';
import { type MissingScopes, missingScopes } from './errors/missing-scopes.ts';

/** The refusal of a field whose scopes the portal has not granted. */
export type Refusal = KnownGatewayError<'MISSING_SCOPES'>;

/**
 * The refusals of portals, by operation. Caches keep the null of a refused field and drop its error, so that the
 * reason is lost when an operation is read again. This remembers it.
 */
export interface Refusals {
  /** Replaces what is remembered of an operation by the refusals in its latest result. */
  remember(operation: string, result: unknown): void;
  /** The refusals in the latest result of an operation. */
  of(operation: string): readonly Refusal[];
  /** The missing scopes of all operations by installation: the same list until something changes. */
  missingScopes(): readonly MissingScopes[];
  /** Forgets what one installation refused, or all. The client does this when a portal was connected. */
  forget(installationId?: string): void;
  /** How often `forget` was called. What was read before can have a null that is not right any more. */
  readonly generation: number;
  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** The most operations. The ones that were read longest ago go first. */
const MAX_OPERATIONS = 1_000;

export function createRefusals(): Refusals {
  const byOperation = new Map<string, readonly Refusal[]>();
  const listeners = new Set<() => void>();
  let missing: readonly MissingScopes[] = [];
  let generation = 0;

  function set(operation: string, refused: readonly Refusal[]): void {
    byOperation.delete(operation);
    if (refused.length > 0) byOperation.set(operation, refused);
  }

  function changed(): void {
    missing = missingScopes([...byOperation.values()].flat());
    for (const listener of listeners) listener();
  }

  return {
    remember(operation, result) {
      const refused = errorsOf(result).filter((error) => error.code === 'MISSING_SCOPES');
      if (refused.length === 0 && !byOperation.has(operation)) return;
      set(operation, refused);
      const [oldest] = byOperation.keys();
      if (byOperation.size > MAX_OPERATIONS && oldest !== undefined) byOperation.delete(oldest);
      changed();
    },
    of: (operation) => byOperation.get(operation) ?? [],
    missingScopes: () => missing,
    forget(installationId) {
      for (const [operation, refused] of [...byOperation]) {
        const left = refused.filter(({ extensions }) => extensions.installationId !== installationId);
        set(operation, installationId === undefined ? [] : left);
      }
      generation += 1;
      changed();
    },
    get generation() {
      return generation;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
