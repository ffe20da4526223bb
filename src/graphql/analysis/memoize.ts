/**
 * The function `compute` with its results kept, each as long as the object that `keyOf` returns for the input. By default,
 * that is the input itself. `compute` must not return `undefined`.
 */
export function memoize<Input extends object, Result>(
  compute: (input: Input) => Result,
  keyOf: (input: Input) => object = (input) => input,
): (input: Input) => Result {
  const results = new WeakMap<object, Result>();
  return (input) => {
    const key = keyOf(input);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(input);
    results.set(key, result);
    return result;
  };
}
