import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Outages, kills and several replicas. */
const FAULTS = /^test\/(faults|outages|replicas)\//;
/** What starts a gateway, a database or another process. */
const STARTERS = ['stack.ts', 'databases.ts', 'gateway-process.ts', 'chromium.ts'].map((name) =>
  join(ROOT, 'test/helpers', name),
);

/** The test files of the projects. A `unit` test starts no gateway, no database and no process. */
export function testFiles(): { readonly unit: string[]; readonly stack: string[]; readonly faults: string[] } {
  const files = ['test', 'packages']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(ROOT, folder, name)),
    )
    .filter(
      (file) =>
        /\.test\.tsx?$/.test(file) && !file.includes('node_modules') && !file.endsWith('test/architecture.test.ts'),
    );
  const known = new Map<string, boolean>();
  const starts = (file: string): boolean => {
    const before = known.get(file);
    if (before !== undefined) return before;
    known.set(file, false); // Ends the recursion for helpers that import each other.
    const text = readFileSync(file, 'utf8');
    const found =
      /from 'node:child_process'|storage\/database\.ts'|src\/gateway\.ts'/.test(text) ||
      [...text.matchAll(/from '(\.[^']+)'/g)]
        .map(([, path = '']) => resolve(dirname(file), path))
        .filter((path) => path.startsWith(join(ROOT, 'test')) || path.includes('/test/helpers/'))
        .some((path) => STARTERS.includes(path) || starts(path));
    known.set(file, found);
    return found;
  };
  const names = (chosen: readonly string[]) => chosen.map((file) => relative(ROOT, file));
  const groups = Object.groupBy(files, (file) =>
    FAULTS.test(relative(ROOT, file)) ? 'faults' : starts(file) ? 'stack' : 'unit',
  );
  return { unit: names(groups.unit ?? []), stack: names(groups.stack ?? []), faults: names(groups.faults ?? []) };
}
