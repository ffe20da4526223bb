/** `value[name]` of anything parsed from JSON. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A text that says something; `null` for anything else. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** HubSpot writes ids as text, and here and there as numbers. */
export function identifier(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : text(value);
}
