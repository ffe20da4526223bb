/** `value[name]` of a value from JSON; `undefined` when it is not an object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A string that is not empty; `null` for any other value. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** An id as a string. HubSpot sends most ids as strings, and some as numbers. */
export function identifier(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : text(value);
}

/** HubSpot's largest pages have 1,000 results. Lists of properties have no pages, and some thousand results at most. */
const MAX_RESULTS = 10_000;

/** The `results` of an answer; `undefined` when they are not a list, or a list longer than any of HubSpot's. */
export function resultsOf(body: unknown): readonly unknown[] | undefined {
  const results = field(body, 'results');
  return Array.isArray(results) && results.length <= MAX_RESULTS ? results : undefined;
}
