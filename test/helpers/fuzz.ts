import { randomInt } from 'node:crypto';

/** How many times as many cases as an ordinary run has: `FUZZ_SCALE=10`. */
export const FUZZ_SCALE = Number(process.env.FUZZ_SCALE ?? 1);

/** An ordinary run tries the same cases every time, a longer one others each time. */
const ORDINARY_SEED = 20_261_127;

/** The seed of this run; `FUZZ_SEED` of the environment repeats a run. */
export const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? (FUZZ_SCALE > 1 ? randomInt(2 ** 31) : ORDINARY_SEED));

/** Says how to repeat the run that begins now, whatever becomes of it. */
export function announceSeed(what: string): void {
  console.info(`${what}: FUZZ_SEED=${FUZZ_SEED} FUZZ_SCALE=${FUZZ_SCALE}`);
}
