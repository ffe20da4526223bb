/** A shutdown that takes longer is given up. */
const GRACE_MS = 30_000;

/** Waits for SIGINT or SIGTERM, then for `close`; a second signal, or the end of the grace period, ends at once. */
export async function untilStopped(close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  await close();
}
