import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const TESTS = join(import.meta.dirname, '..');
/** Rows of the fault matrix: F16, F17 speak of a shared cache, which there is none of. */
const ROWS = Array.from({ length: 52 }, (_, index) => `F${index + 1}`).filter((row) => row !== 'F16' && row !== 'F17');

it('every row of the fault matrix is a named test', () => {
  const titles = globSync('**/*.test.ts', { cwd: TESTS })
    .filter((file) => !file.endsWith('coverage.test.ts'))
    .flatMap((file) => readFileSync(join(TESTS, file), 'utf8').match(/['"`]F\d+['"` ]/g) ?? []);
  const covered = new Set(titles.flatMap((title) => title.match(/F\d+/g) ?? []));
  console.info(`fault matrix: ${ROWS.filter((row) => covered.has(row)).length} of ${ROWS.length} rows covered`);
  expect(ROWS.filter((row) => !covered.has(row))).toEqual([]);
});
