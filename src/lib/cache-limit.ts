/**
 * Options of an LRUCache of at most `entries`. Its own `max` makes room for all of them at once, which for ten caches of
 * 10,000 takes a gateway 20 ms to start and megabytes that it may never need.
 */
export function cacheLimit(entries: number): { readonly maxSize: number; readonly sizeCalculation: () => number } {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
