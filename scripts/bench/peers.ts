import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const FOLDER = new URL('peers/', import.meta.url);

/**
 * Installs what the gateway is measured against, and the load client, from the lockfile beside them; does nothing when
 * that has been done.
 * @throws Error when npm cannot
 */
export function installPeers(note: (line: string) => void): void {
  const installedAt = modifiedAt('node_modules/.package-lock.json');
  if (installedAt >= modifiedAt('package-lock.json')) return;
  note('installing the peers (once)');
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm ci in scripts/bench/peers failed:\n${stderr}`);
}

/** Epoch milliseconds, 0 for what is not there. */
function modifiedAt(path: string): number {
  return statSync(new URL(path, FOLDER), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
