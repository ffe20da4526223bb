import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { findPostgres } from '../postgres.ts';
import { benchTokens } from './tokens.ts';

// npm run bench [-- tokens]: prints the figures and writes them to bench/results.json.
const parts = process.argv.slice(2);
const known = ['tokens'];
const unknown = parts.filter((part) => !known.includes(part));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; there is: ${known.join(', ')}\n`);
  process.exit(1);
}

const postgres = await findPostgres();
const tokens = await benchTokens(postgres.url).finally(() => postgres.stop());
const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
mkdirSync(new URL('../../bench/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../../bench/results.json', import.meta.url),
  `${JSON.stringify({ machine, tokens }, undefined, 2)}\n`,
);
process.stdout.write(`tokens: three processes on one Postgres (${machine.cores} cores, Node ${machine.node})
  refreshes per expiry        ${tokens.refreshesPerExpiry}
  refreshes that overlapped   ${tokens.maxOverlap - 1}
  queries failed              ${tokens.queriesFailed} of ${tokens.queries}
  kills survived              ${tokens.killsSurvived}
  recovery after a kill       median ${tokens.recoveryMs.median} ms, at most ${tokens.recoveryMs.max} ms (the lease is 15 s)
`);
