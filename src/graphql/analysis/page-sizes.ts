/** The largest value of `first`, for connections of a root field and for connections inside of a record. */
export const MAX_FIRST = { root: 500, nested: 100 };

/** The value of `first` when a request does not give it. */
export const DEFAULT_FIRST = 20;
