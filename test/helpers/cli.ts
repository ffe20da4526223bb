import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { compileCache } from '../../scripts/bench/fleet.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');

export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end, in `cwd`, with nothing but these settings. A run that hangs is killed. */
export function runCli(
  args: readonly string[],
  { env = {}, cwd }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd, env: { ...compileCache(), ...env }, timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? error.signal ?? 'killed') : 0, stdout, stderr }),
    );
  });
}
