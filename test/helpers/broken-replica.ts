import type { DatabaseFaults } from './database-faults.ts';
import type { Stack } from './stack.ts';

/** As long as an exchange stays claimed after its holder was last heard of. */
export const LEASE = 3_000;
/** What claims an exchange, gives it back, and saves its outcome. */
export const TOKEN_WRITE = 'update installation_tokens';

export function faultsOf(stack: Stack, replica = 0): DatabaseFaults {
  const faults = stack.databaseFaults[replica];
  if (!faults) throw new TypeError(`the stack has no replica ${replica}`);
  return faults;
}

/**
 * `kill -9` as the rest of the world sees it: nothing of this replica reaches the database any more, once its `count`-th
 * `statement` has taken effect. Resolves when it is dead.
 */
export function dieAfter(faults: DatabaseFaults, statement: string, count = 1): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    faults.after = (done) => {
      if (done !== statement) return;
      left -= 1;
      if (left > 0) return;
      faults.before = dead;
      resolve();
      dead();
    };
  });
}

/** The same, from the first statement on that comes when `condition` holds; that one is not sent. */
export function dieOnce(faults: DatabaseFaults, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    faults.before = () => {
      if (!condition()) return;
      faults.before = dead;
      resolve();
      dead();
    };
  });
}

function dead(): never {
  throw new Error('this replica is dead');
}

/** SIGSTOP while a replica waits for HubSpot: nothing that stands still sends statements. The answer is SIGCONT. */
export function standStill(faults: DatabaseFaults): () => void {
  faults.before = () => {
    throw new Error('this replica stands still');
  };
  return () => faults.clear();
}

/** SIGSTOP when `statement` has taken effect, and SIGCONT. */
export function stopAfter(
  faults: DatabaseFaults,
  statement: string,
): { readonly stopped: Promise<void>; resume(): void } {
  const stopped = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  faults.after = (done) => {
    if (done !== statement) return undefined;
    faults.after = () => {};
    stopped.resolve();
    return resumed.promise;
  };
  return { stopped: stopped.promise, resume: resumed.resolve };
}
