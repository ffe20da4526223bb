import { expect } from 'vitest';
import type { Stack } from './stack.ts';

/** Whatever came before, the next good request is answered, and nothing failed inside meanwhile. */
export async function expectUnharmed(stack: Stack): Promise<void> {
  expect(await stack.query('{ viewer { id } }')).toEqual({ data: { viewer: { id: 'alice' } } });
  const lines = stack.logs.splice(0).map((line) => JSON.parse(line));
  expect(lines.filter(({ level }) => level === 'error').map(({ msg, err }) => `${msg}: ${err?.message}`)).toEqual([]);
}
