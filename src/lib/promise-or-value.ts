/** A value that can be available at once. It saves promises, for example for each record of a list. */
export type PromiseOrValue<T> = T | Promise<T>;

/** Calls `next` with the value: synchronously for a value, later for a promise. */
export function andThen<T, R>(value: PromiseOrValue<T>, next: (value: T) => PromiseOrValue<R>): PromiseOrValue<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
