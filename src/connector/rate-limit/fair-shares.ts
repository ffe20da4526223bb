/** Somebody who wants units. */
export interface Claim {
  readonly holder: string;
  readonly wanted: number;
}

/** With fewer units than claimants the units go round this often: longer than it takes them to change hands. */
const TURN_MS = 5_000;

/**
 * Shares `capacity` whole units out: to everybody what they want, or else as much as to the others; what nobody wants,
 * evenly. All who compute it from the same claims agree.
 * @param now milliseconds; decides whose turn it is when there are fewer units than claimants
 * @returns units by holder
 */
export function fairShares(capacity: number, claims: readonly Claim[], now: number): ReadonlyMap<string, number> {
  const byName = claims.toSorted((a, b) => (a.holder < b.holder ? -1 : 1));
  const claimants = byName.filter(({ wanted }) => wanted > 0);
  if (capacity < claimants.length) return inTurns(capacity, claimants, now);
  const shares = new Map<string, number>();
  let left = capacity;
  const modestFirst = byName.toSorted((a, b) => a.wanted - b.wanted);
  modestFirst.forEach(({ holder, wanted }, index) => {
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

function inTurns(capacity: number, claimants: readonly Claim[], now: number): ReadonlyMap<string, number> {
  const first = Math.floor(now / TURN_MS) * capacity;
  const turns = Array.from({ length: capacity }, (_, index) => claimants[(first + index) % claimants.length]);
  return new Map(turns.flatMap((claim) => (claim ? [[claim.holder, 1]] : [])));
}
