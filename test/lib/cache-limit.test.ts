import { LRUCache } from 'lru-cache';
import { expect, it } from 'vitest';
import { cacheLimit } from '../../src/lib/cache-limit.ts';

it('keeps the entries that were used last, and no more', () => {
  const cache = new LRUCache<string, number>(cacheLimit(2));
  cache.set('a', 1).set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect([...cache.keys()]).toEqual(['c', 'a']);
});
