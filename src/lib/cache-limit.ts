/**
 * Options of an LRUCache of at most `entries`. The cache's own option `max` allocates memory for all entries at once.
 * With
 * ten caches of 10,000 entries, that takes 20 ms at the start, and megabytes that the gateway may never need.
 */
export function cacheLimit(entries: number): { readonly maxSize: number; readonly sizeCalculation: () => number } {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
