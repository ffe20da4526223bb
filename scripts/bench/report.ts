import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { PINNED } from './measured-process.ts';

const RESULTS = new URL('../../bench/results.json', import.meta.url);

/** Where and of what a figure was measured. */
function circumstances() {
  return {
    date: new Date().toISOString(),
    revision: revision(),
    node: process.version,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    pinned: PINNED,
  };
}

/** The same for people. */
export function machineLine(): string {
  const { date, revision: of, node, cores, cpu, pinned } = circumstances();
  const placed = pinned ? 'servers on a core of their own' : 'not pinned to cores: taskset or a second core is missing';
  return `${of}, ${date.slice(0, 10)}, Node ${node}, ${cores} cores (${cpu}), ${placed}`;
}

/** Replaces one part's figures, and leaves the other parts' as they were measured. */
export function keepFigures(part: string, figures: object): void {
  mkdirSync(new URL('.', RESULTS), { recursive: true });
  const kept = { ...read(), [part]: { ...circumstances(), figures } };
  // Nobody reads more than six digits of a measurement.
  const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);
  writeFileSync(RESULTS, `${JSON.stringify(kept, rounded, 2)}\n`);
}

function read(): object {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return {};
  }
}

/** The commit, with `+` when files differ from it. */
function revision(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', cwd: new URL('.', RESULTS) });
    return git('rev-parse', '--short', 'HEAD').trim() + (git('status', '--porcelain', '--', '../src') ? '+' : '');
  } catch {
    return 'unknown revision';
  }
}
