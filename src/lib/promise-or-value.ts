/** What may be there already: a list of hundreds of records is not worth a promise for each. */
export type PromiseOrValue<T> = T | Promise<T>;

/** `next` of the value: at once where it is there, and when it is there else. */
export function andThen<T, R>(value: PromiseOrValue<T>, next: (value: T) => PromiseOrValue<R>): PromiseOrValue<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
