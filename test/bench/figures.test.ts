import { describe, expect, it } from 'vitest';
import { naiveCalls } from '../../scripts/bench/naive-calls.ts';
import { pairwise, quantile, spread, trend } from '../../scripts/bench/statistics.ts';

describe("the benchmark's figures", () => {
  it('tell the middle of several rounds, and how far they lay apart', () => {
    expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
    expect(spread([4, 1, 2, 3]).median).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.9)).toBe(46);
  });

  it('compare contenders round by round, not by their best', () => {
    expect(pairwise([10, 40, 30], [20, 50, 30], (a, b) => a / b)).toEqual({ median: 0.8, min: 0.5, max: 1 });
  });

  it('see growth through an outlier, and none where there is none', () => {
    const steady = [50, 50, 90, 50, 50].map((y, x) => ({ x, y }));
    expect(trend(steady).median).toBe(0);
    const growing = [50, 52, 90, 56, 58].map((y, x) => ({ x, y }));
    expect(trend(growing).median).toBe(2);
  });

  it('count a naive server: one call for a list, then one per parent and one per associated record', () => {
    const deals = { edges: [{ node: { id: '1' } }, { node: { id: '2' } }] };
    const contact = { id: '1', deals };
    expect(naiveCalls({ contacts: { edges: Array.from({ length: 50 }, () => ({ node: contact })) } })).toBe(151);
    expect(naiveCalls({ contact: { ...contact, owner: { id: '7' } } })).toBe(5);
    expect(naiveCalls({ viewer: { id: 'a' }, installation: { contact: { id: '1' }, deals: { nodes: [] } } })).toBe(2);
    expect(naiveCalls({ contact: null })).toBe(0);
  });
});
