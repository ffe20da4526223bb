/** A stop that takes longer is given up. */
const GRACE_MS = 30_000;

export interface Service {
  /** Resolves when it serves. */
  readonly start: () => Promise<void>;
  /** Resolves when everything that was in flight is done. */
  readonly stop: () => Promise<void>;
}

/**
 * Runs a service until SIGINT or SIGTERM, then ends the process: with 0 when the service has stopped; with 1 when it takes
 * longer than the grace period, or at once when a second signal comes, or the first one before the service serves.
 */
export async function runUntilStopped({ start, stop }: Service): Promise<void> {
  const exit = (code: number) => () => process.exit(code);
  let onSignal: () => void = exit(1);
  // A process that is the first of its container ignores signals that it does not listen to.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal());
  await start();
  await new Promise<void>((resolve) => {
    onSignal = resolve;
  });
  onSignal = exit(1);
  setTimeout(() => {
    process.stderr.write(
      `What was in flight took longer than ${GRACE_MS / 1_000} s to end: the process ends without it.\n`,
    );
    process.exit(1);
  }, GRACE_MS).unref();
  await stop();
  // A peer that is dead never says good-bye, and its socket would keep the process alive.
  process.exit(0);
}
