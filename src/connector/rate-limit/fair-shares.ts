/** The units that one holder requests. */
export interface Claim {
  readonly holder: string;
  readonly wanted: number;
}

/** Claimants rotate this often while there are fewer units than claimants. It is longer than the hand-over of a lease. */
const ROTATION_MS = 5_000;

/**
 * Divides `capacity` units by max-min fairness: a holder gets what it requests, or an equal share of what is left. Units
 * that no claim requests are divided evenly. Replicas with the same claims compute the same shares.
 * @param now milliseconds; selects the claimants that get a unit when there are fewer units than claimants
 * @returns units by holder
 */
export function fairShares(capacity: number, claims: readonly Claim[], now: number): ReadonlyMap<string, number> {
  const byName = claims.toSorted((a, b) => (a.holder < b.holder ? -1 : 1));
  const claimants = byName.filter(({ wanted }) => wanted > 0);
  if (capacity < claimants.length) return roundRobin(capacity, claimants, now);
  const shares = new Map<string, number>();
  let left = capacity;
  const smallestFirst = byName.toSorted((a, b) => a.wanted - b.wanted);
  smallestFirst.forEach(({ holder, wanted }, index) => {
    const share = Math.min(wanted, Math.floor(left / (claims.length - index)));
    shares.set(holder, share);
    left -= share;
  });
  byName.forEach(({ holder }, index) => {
    const extra = Math.ceil(left / (claims.length - index));
    shares.set(holder, (shares.get(holder) ?? 0) + extra);
    left -= extra;
  });
  return shares;
}

function roundRobin(capacity: number, claimants: readonly Claim[], now: number): ReadonlyMap<string, number> {
  const first = Math.floor(now / ROTATION_MS) * capacity;
  const selected = Array.from({ length: capacity }, (_, index) => claimants[(first + index) % claimants.length]);
  return new Map(selected.flatMap((claim) => (claim ? [[claim.holder, 1]] : [])));
}
