import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SETTINGS } from '../../src/config.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Settings of which the page says that they are read in lower case, too, have one row. */
const NAMES = [...new Set(SETTINGS.map((name) => name.toUpperCase()))].sort();

it('the table of settings has each setting once, and no other', () => {
  const table = read('docs/operating.md').split('\n## Settings\n')[1]?.split('\n### ')[0] ?? '';
  const cells = [...table.matchAll(/^\| (`[A-Z].*?) \|/gm)].map(([, cell = '']) => cell);
  expect(cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)).sort()).toEqual(NAMES);
});

it('the example has each setting once, and no other', () => {
  expect([...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name).sort()).toEqual(NAMES);
});
