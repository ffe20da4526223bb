import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Rows of the table of bad inputs that are about what an operation says of a portal. */
const ROWS = Array.from({ length: 12 }, (_, index) => `B${45 + index}`);
const WRITES = ['write-abuse.test.ts', 'written-text-abuse.test.ts'];
/** Writes have neither pages nor filters. */
const OF_READS_ALONE = ['B45', 'B51'];
/** No read is made once by a key of the client's. */
const OF_WRITES_ALONE = ['B56'];

function rowsIn(files: readonly string[]): readonly string[] {
  const titles = files.flatMap(
    (file) => readFileSync(join(import.meta.dirname, file), 'utf8').match(/(?<=['"`])(B\d+[: ])+/g) ?? [],
  );
  return [...new Set(titles.flatMap((title) => title.match(/B\d+/g) ?? []))];
}

it('every row of bad input is a named test of queries, and of mutations', () => {
  const reads = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('-abuse.test.ts') && !WRITES.includes(file),
  );
  const missing = (files: readonly string[], without: readonly string[]) =>
    ROWS.filter((row) => !without.includes(row) && !rowsIn(files).includes(row));
  expect({ reads: missing(reads, OF_WRITES_ALONE), writes: missing(WRITES, OF_READS_ALONE) }).toEqual({
    reads: [],
    writes: [],
  });
});
