import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json')));
const foldersIn = (folder: string) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);

const PUBLISHED = ['.', ...foldersIn('packages')];
const WORKSPACES = [...PUBLISHED, ...foldersIn('examples')];
const FORMS = ['workflows', 'ISSUE_TEMPLATE'].flatMap((folder) => foldersIn(`.github/${folder}`));
const release = read('.github/workflows/release.yml');
const publishJob = release.slice(release.indexOf('\n  publish:'));

describe('the workflows', () => {
  it.each(['ci', 'release'])('%s runs what a contributor runs', (name) => {
    const workflow = read(`.github/workflows/${name}.yml`);
    expect(workflow).toMatch(/^ +(- )?run: \.ci\/run$/m);
    expect(() => accessSync(join(ROOT, '.ci/run'), constants.X_OK)).not.toThrow();
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action ?? ''))).toEqual([]);
    expect(workflow).toMatch(/timeout-minutes: \d+/);
    expect(workflow).toMatch(/^concurrency:$/m);
  });

  it.each(['.ci/run', '.github/workflows/ci.yml', '.github/workflows/release.yml'])(
    '%s runs scripts that exist',
    (path) => {
      const commands = read(path).replace(/^ *#.*$/gm, '');
      const scripts = [...commands.matchAll(/\bnpm (?:run )?([\w:]+)/g)].map(([, script = '']) => script);
      const ofNpm = ['ci', 'pack', 'config', 'pkg', 'publish', 'view'];
      const known = [...ofNpm, ...Object.keys(manifest('.').scripts ?? {})];
      expect(scripts.filter((script) => !known.includes(script))).toEqual([]);
    },
  );

  it('give no step more rights than it needs', () => {
    for (const name of ['ci', 'release'])
      expect(read(`.github/workflows/${name}.yml`)).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(read('.github/workflows/ci.yml')).not.toContain('write');
    expect(release.match(/\S+: write$/gm)).toEqual(['id-token: write']);
  });

  it('run nothing of the repository where a package is signed', () => {
    expect(publishJob).toContain('id-token: write');
    expect(publishJob).not.toMatch(/checkout|npm (?:ci|run|install|test)|\.ci\/run/);
    expect(release.replace(publishJob, '')).not.toMatch(/secrets\.|id-token/);
  });
});

describe('a release', () => {
  it('packs each package, and publishes it after what it depends on', () => {
    const packed = [...release.matchAll(/ -w (\S+)/g)].map(([, folder]) => folder);
    expect(packed.sort()).toEqual(foldersIn('packages').sort());
    const published = /for name in (.+); do/.exec(publishJob)?.[1]?.split(' ') ?? [];
    expect([...published].sort()).toEqual(PUBLISHED.map((folder) => manifest(folder).name).sort());
    for (const { name, dependencies = {} } of PUBLISHED.map(manifest))
      for (const dependency of published.filter((other) => other in dependencies))
        expect(published.indexOf(dependency)).toBeLessThan(published.indexOf(name));
  });

  it('names the repository before it packs', () => {
    expect(release.indexOf('repository.url=')).toBeGreaterThan(-1);
    expect(release.indexOf('repository.url=')).toBeLessThan(release.indexOf('npm pack'));
  });

  it('has one version, also where one package depends on another', () => {
    const manifests = WORKSPACES.map(manifest);
    const names = manifests.map(({ name }) => name);
    const versions = manifests.flatMap(({ version, dependencies = {} }) => [
      version,
      ...names.flatMap((name) => dependencies[name] ?? []),
    ]);
    expect(new Set(versions).size).toBe(1);
  });

  it('sets every version as CONTRIBUTING says', () => {
    const guide = read('CONTRIBUTING.md');
    const names = WORKSPACES.map((folder) => manifest(folder).name);
    for (const folder of WORKSPACES)
      for (const dependency of names.filter((name) => name in (manifest(folder).dependencies ?? {}))) {
        const workspace = folder === '.' ? '' : ` --workspace ${folder}`;
        expect(guide).toContain(`npm pkg set dependencies.${dependency}=0.2.0${workspace}\n`);
      }
  });
});

describe('the forms', () => {
  it.each(FORMS)('%s has no tab and no key that stands twice in a row', (path) => {
    const text = read(path);
    expect(text).not.toContain('\t');
    expect(text).not.toMatch(/^( *)([\w-]+):.*\n\1\2:/m);
  });

  it.each(['bug', 'feature'])('%s asks to leave out tokens', (name) => {
    expect(read(`.github/ISSUE_TEMPLATE/${name}.yml`)).toMatch(/Remove tokens/);
  });
});
