/** What several rounds measured: the middle one, and how far they lay apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Of ascending values; between two of them, the way from one to the other. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const place = (sorted.length - 1) * q;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below === undefined || above === undefined ? Number.NaN : below + (above - below) * (place % 1);
}

/** Round by round: what `combine` makes of two contenders that ran side by side. */
export function pairwise(
  values: readonly number[],
  reference: readonly number[],
  combine: (value: number, reference: number) => number,
): Spread {
  return spread(values.map((value, round) => combine(value, reference[round] ?? Number.NaN)));
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * By how much y rises where x rises by one: the median of the slopes between all pairs, which a few outliers do not
 * move (Theil–Sen), and their quartiles.
 */
export function trend(points: readonly Point[]): Spread {
  const slopes = points
    .flatMap((to, index) => points.slice(0, index).map((from) => (to.y - from.y) / (to.x - from.x)))
    .sort((a, b) => a - b);
  return { median: quantile(slopes, 0.5), min: quantile(slopes, 0.25), max: quantile(slopes, 0.75) };
}
