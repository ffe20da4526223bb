import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, fairShares } from '../../../src/connector/rate-limit/fair-shares.ts';

const CAPACITY = 110;

function shares(capacity: number, wants: readonly number[], now = 0): readonly number[] {
  const claims = wants.map((wanted, index) => ({ holder: nameOf(index), wanted }));
  const units = fairShares(capacity, claims, now);
  return claims.map(({ holder }) => units.get(holder) ?? 0);
}

function nameOf(index: number): string {
  return String(index).padStart(3, '0');
}

describe('fair shares', () => {
  it('are equal when all request more than the capacity', () => {
    expect(shares(CAPACITY, [110, 110])).toEqual([55, 55]);
    expect(shares(CAPACITY, [110, 110, 110])).toEqual([36, 37, 37]);
    expect(shares(5, [5, 5, 5])).toEqual([1, 2, 2]);
  });

  it('leave the units of modest claims to the others', () => {
    expect(shares(CAPACITY, [110, 2, 2])).toEqual([106, 2, 2]);
    expect(shares(CAPACITY, [110, 20, 110])).toEqual([45, 20, 45]);
    expect(shares(5, [0, 5, 0])).toEqual([0, 5, 0]);
  });

  it('divide unrequested units evenly', () => {
    expect(shares(CAPACITY, [30, 10])).toEqual([65, 45]);
    expect(shares(5, [0, 0])).toEqual([3, 2]);
  });

  it('are one unit each in rotation, when there are fewer units than claimants', () => {
    const rounds = Array.from({ length: 4 }, (_, round) => shares(2, [5, 1, 5, 0, 5], round * 5_000));
    expect(rounds).toEqual([
      [1, 1, 0, 0, 0],
      [0, 0, 1, 0, 1],
      [1, 1, 0, 0, 0],
      [0, 0, 1, 0, 1],
    ]);
  });

  const wants = fc.array(fc.nat(150), { minLength: 1, maxLength: 30 });

  it('use the whole capacity, in whole units, and do not depend on the order of the claims', () => {
    fc.assert(
      fc.property(fc.nat(120), wants, fc.nat(1e6), (capacity, wanted, now) => {
        const claims: Claim[] = wanted.map((each, index) => ({ holder: nameOf(index), wanted: each }));
        const units = fairShares(capacity, claims, now);
        const given = [...units.values()];
        expect(given.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
        expect(given.reduce((sum, each) => sum + each, 0)).toBe(capacity);
        const reversed = fairShares(capacity, claims.toReversed(), now);
        expect(claims.map(({ holder }) => reversed.get(holder) ?? 0)).toEqual(
          claims.map(({ holder }) => units.get(holder) ?? 0),
        );
      }),
    );
  });

  it('leave no claim short while another holder has more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 120 }), wants, (capacity, wanted) => {
        const given = shares(capacity, wanted);
        wanted.forEach((each, index) => {
          const own = given[index] ?? 0;
          if (own < each) expect(Math.max(...given)).toBeLessThanOrEqual(own + 1);
        });
      }),
    );
  });

  it('starve no claimant: each has had a unit after as many rotations as there are claimants for one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(1e4),
        (capacity, more, start) => {
          const claimants = capacity + more;
          const rounds = Math.ceil(claimants / capacity);
          const had = new Set<number>();
          for (let round = start; round < start + rounds; round += 1) {
            shares(capacity, Array(claimants).fill(3), round * 5_000).forEach((units, index) => {
              if (units > 0) had.add(index);
            });
          }
          expect(had.size).toBe(claimants);
        },
      ),
    );
  });
});
