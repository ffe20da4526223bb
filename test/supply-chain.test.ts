import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LockedPackage, licencesOf } from '../scripts/licences.ts';

const ROOT = join(import.meta.dirname, '..');
const SCRIPT = join(ROOT, 'scripts/audit-licences.ts');
const LOCKFILES = ['package-lock.json', 'scripts/bench/peers/package-lock.json'];

describe.each(LOCKFILES)('%s', (path) => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as {
    packages: Record<string, { integrity?: string; resolved?: string; link?: true }>;
  };
  const dependencies = Object.entries(packages).filter(
    ([folder, { link }]) => folder.includes('node_modules/') && !link,
  );

  it('has the hash of each package, and the address of none', () => {
    expect(dependencies.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(dependencies.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('has no licence that is not allowed', () => {
    expect(licencesOf({ packages: packages as never }).filter(({ isAllowed }) => !isAllowed)).toEqual([]);
  });
});

it('links the workspaces, and those alone', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; link?: true }>;
  };
  const links = Object.entries(packages).filter(([, { link }]) => link);
  const workspaces = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  expect(links.map(([, { resolved }]) => resolved).sort()).toEqual(workspaces.sort());
});

describe('the audit of licences', () => {
  const verdict = (license: string | undefined, dev = false) => {
    const locked: LockedPackage = { version: '1.0.0', dev, ...(license !== undefined && { license }) };
    return licencesOf({ packages: { '': { version: '0.0.0' }, 'node_modules/@a/b': locked } })[0]?.isAllowed;
  };

  it.each(['MIT', 'Apache-2.0', '(MIT OR GPL-3.0)', 'GPL-3.0 OR ISC', 'MIT AND (GPL-2.0 OR 0BSD)'])(
    'allows %s',
    (licence) => expect(verdict(licence)).toBe(true),
  );

  it.each(['GPL-3.0', 'MIT AND GPL-3.0', 'UNLICENSED', 'SEE LICENSE IN LICENSE', 'MIT OR', '(MIT', '', undefined])(
    'refuses %s',
    (licence) => expect([verdict(licence), verdict(licence, true)]).toEqual([false, false]),
  );

  it('allows more for tools than for what users are handed', () => {
    expect([verdict('MPL-2.0'), verdict('MPL-2.0', true)]).toEqual([false, true]);
  });

  it('prints each package once, and exits with 1 for one that is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'licences-'));
    const lockfile = join(folder, 'package-lock.json');
    const packages = {
      '': { version: '0.0.0' },
      'node_modules/good': { version: '1.0.0', license: 'MIT', dev: true },
      'node_modules/bad': { version: '2.0.0', license: 'GPL-3.0' },
      'node_modules/bad/node_modules/good': { version: '1.0.0', license: 'MIT' },
      'node_modules/none': { version: '3.0.0', dev: true },
      'node_modules/own': { resolved: 'packages/own', link: true },
      'packages/own': { version: '0.0.0' },
      'packages/own/node_modules/good': { version: '1.0.0', license: 'MIT' },
    };
    writeFileSync(lockfile, JSON.stringify({ packages }));
    const audited = await run(lockfile);
    rmSync(folder, { recursive: true });
    expect(audited).toMatchObject({
      code: 1,
      stdout: `REFUSED  production   GPL-3.0  bad@2.0.0
allowed  production   MIT  good@1.0.0
REFUSED  development  no licence  none@3.0.0
3 packages, 2 of them refused
`,
      stderr:
        'bad@2.0.0 (GPL-3.0), none@3.0.0 (no licence): use another package, or allow the licence in scripts/licences.ts.\n',
    });
    expect((await run(join(ROOT, 'package-lock.json'))).code).toBe(0);
  });
});

function run(lockfile: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, lockfile], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}
