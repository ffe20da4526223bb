/** Most items that one connection hands out. */
export const MAX_FIRST = { root: 500, nested: 100 };

/** Items of a connection that is not told how many. */
export const DEFAULT_FIRST = 20;
