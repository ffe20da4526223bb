import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Rows of the fault matrix: F16, F17 speak of a shared cache, which there is none of; others of other mechanisms. */
const ROWS = [
  ...Array.from({ length: 37 }, (_, index) => `F${index + 1}`).filter((row) => row !== 'F16' && row !== 'F17'),
  ...['F38', 'F39', 'F40', 'F42', 'F43', 'F50'],
];

it('every row of the fault matrix of token refresh, calls and rate limits is a named test', () => {
  const titles = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts') && name !== 'coverage.test.ts')
    .flatMap((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8').match(/['"`]F\d+['"` ]/g) ?? []);
  const covered = new Set(titles.flatMap((title) => title.match(/F\d+/g) ?? []));
  console.info(`fault matrix: ${ROWS.filter((row) => covered.has(row)).length} of ${ROWS.length} rows covered`);
  expect(ROWS.filter((row) => !covered.has(row))).toEqual([]);
});
