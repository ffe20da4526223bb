import { parseArgs } from 'node:util';
import type { Part } from './part.ts';
import { budget } from './parts/budget.ts';
import { calls } from './parts/calls.ts';
import { memory } from './parts/memory.ts';
import { overhead } from './parts/overhead.ts';
import { scale } from './parts/scale.ts';
import { scopes } from './parts/scopes.ts';
import { tokens } from './parts/tokens.ts';
import { waiting } from './parts/waiting.ts';
import { keepFigures, machineLine } from './report.ts';

// npm run bench [-- [part …] [--long]]: prints each part's table and keeps its figures in bench/results.json.

/** In the order in which they run. */
const PARTS: readonly Part[] = [overhead, budget, calls, tokens, scopes, scale, memory, waiting];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { long: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0) {
  const known = PARTS.map(({ name, describe }) => `  ${name.padEnd(10)} ${describe}\n`).join('');
  process.stderr.write(`unknown: ${unknown.join(', ')}; there is:\n${known}`);
  process.exit(1);
}

const startedAt = performance.now();
process.stdout.write(`${machineLine()}\n\n`);
for (const part of PARTS) {
  if (positionals.length > 0 && !positionals.includes(part.name)) continue;
  const note = (line: string) => void process.stderr.write(`${part.name}: ${line} …\n`);
  try {
    const { table, figures } = await part.run({ long: values.long === true, note });
    process.stdout.write(`${table}\n`);
    keepFigures(part.name, figures);
  } catch (error) {
    // The other parts may well be possible.
    process.stdout.write(`${part.name}: not measured, ${error instanceof Error ? error.message : error}\n\n`);
    process.exitCode = 1;
  }
}
process.stdout.write(`measured in ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
