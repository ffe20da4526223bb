import { readFileSync, writeFileSync } from 'node:fs';
import { printSchema } from '../src/graphql/schema.ts';

// Writes schema/schema.graphql; with --check it only compares, and fails when the committed schema is out of date.
const file = new URL('../schema/schema.graphql', import.meta.url);
const printed = printSchema();
if (!process.argv.includes('--check')) writeFileSync(file, printed);
else if (readFileSync(file, 'utf8') !== printed) {
  process.stderr.write('schema/schema.graphql is out of date: run npm run schema\n');
  process.exitCode = 1;
}
