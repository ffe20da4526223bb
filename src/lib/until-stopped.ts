/** The process exits when a stop takes longer. */
const GRACE_MS = 30_000;

export interface Service {
  /** Resolves when the service is running. */
  readonly start: () => Promise<void>;
  /** Resolves when no request is in flight. */
  readonly stop: () => Promise<void>;
}

/**
 * Runs a service until SIGINT or SIGTERM, and then stops it. The exit code is 0 when the service has stopped, and 1 when
 * stopping takes longer than the grace period. A second signal, or a signal before the service runs, exits with 1 at
 * once.
 */
export async function runUntilStopped({ start, stop }: Service): Promise<void> {
  const exit = (code: number) => () => process.exit(code);
  let onSignal: () => void = exit(1);
  // The first process of a container ignores signals without a handler.
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
  // A socket to a dead peer would keep the process alive.
  process.exit(0);
}
