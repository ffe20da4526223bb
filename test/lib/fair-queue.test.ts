import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FairQueue, type RoundRobinKey } from '../../src/lib/fair-queue.ts';

let queue: FairQueue<string>;
beforeEach(() => {
  queue = new FairQueue();
});

const interactive = (key: string): RoundRobinKey => ({ key, priority: 'interactive' });
const background = (key: string): RoundRobinKey => ({ key, priority: 'background' });

/** Queues each item under its first letter. */
function push(...items: string[]): void {
  for (const item of items) queue.push(item, interactive(item.charAt(0)));
}

/** Everything, in the order in which it is served. */
function drain(): string[] {
  const served: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) served.push(item);
  return served;
}

describe('FairQueue', () => {
  it('serves one key in the order in which it asked', () => {
    push('a1', 'a2', 'a3');
    expect(drain()).toEqual(['a1', 'a2', 'a3']);
  });

  it('lets keys take turns, however much one of them asked before', () => {
    push('a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2');
    expect(drain()).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
  });

  it('continues after the key that was served last, also when new keys arrive', () => {
    push('a1', 'a2', 'b1', 'b2');
    expect(queue.shift()).toBe('a1');
    push('c1', 'a3');
    expect(drain()).toEqual(['b1', 'a2', 'c1', 'b2', 'a3']);
  });

  it('serves background items when no interactive one waits', () => {
    queue.push('b1', background('b'));
    queue.push('c1', background('c'));
    push('a1', 'a2');
    expect(queue.shift()).toBe('a1');
    push('d1');
    expect(drain()).toEqual(['a2', 'd1', 'b1', 'c1']);
  });

  it('removes an item, and returns whether it was in the queue', () => {
    push('a1', 'a2', 'b1');
    expect([queue.remove('a1'), queue.remove('a1'), queue.remove('z')]).toEqual([true, false, false]);
    expect([queue.has('a1'), queue.has('a2'), queue.size]).toEqual([false, true, 2]);
    expect(drain()).toEqual(['a2', 'b1']);
    expect(queue.size).toBe(0);
  });

  it('takes an item once, and again when it has been served', () => {
    push('a1');
    expect(() => push('a1')).toThrow(TypeError);
    queue.shift();
    push('a1');
    expect(drain()).toEqual(['a1']);
  });
});

/** What happens to a queue: a push of some turn, a shift, or the removal of one of those that wait. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      priority: fc.constantFrom('interactive' as const, 'background' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant('shift' as const) },
  { weight: 1, arbitrary: fc.nat({ max: 30 }) },
);

it('FairQueue foretells the order in which it serves, and the place of the next that comes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), step, (steps, last) => {
      const fair = new FairQueue<number>();
      let next = 0;
      for (const one of steps) {
        if (one === 'shift') fair.shift();
        else if (typeof one === 'number') fair.remove([...fair][one] ?? -1);
        else fair.push(next++, one);
      }
      const turn = typeof last === 'object' ? last : interactive('e');
      const before = fair.ahead(turn);
      fair.push(next, turn);
      const foretold = [...fair];
      expect(foretold.indexOf(next)).toBe(before);
      expect(fair.size).toBe(foretold.length);
      expect(foretold.map(() => fair.shift())).toEqual(foretold);
      expect(fair.shift()).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
