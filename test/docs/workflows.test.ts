import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = (folder: string): { readonly name: string; readonly version: string } =>
  JSON.parse(read(join(folder, 'package.json')));

describe('the workflows', () => {
  it.each(['ci', 'release'])('%s runs what a contributor runs', (name) => {
    const workflow = read(`.github/workflows/${name}.yml`);
    expect(workflow).toMatch(/^ +(- )?run: \.ci\/run$/m);
    expect(existsSync(join(ROOT, '.ci/run'))).toBe(true);
    // YAML has no tabs, and a step without a name begins with its action.
    expect(workflow).not.toContain('\t');
    expect(
      [...workflow.matchAll(/uses: (\S+)/g)].every(([, action]) => /^actions\/[\w-]+@v\d+$/.test(action ?? '')),
    ).toBe(true);
  });

  it('give no step more rights than it needs', () => {
    expect(read('.github/workflows/ci.yml')).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(read('.github/workflows/ci.yml')).not.toContain('write');
    expect(read('.github/workflows/release.yml').match(/: write$/gm)).toEqual([': write']);
  });
});

it('all packages have one version, which a tag names', () => {
  const packages = ['', ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`)].map(manifest);
  expect(new Set(packages.map(({ version }) => version)).size).toBe(1);
  // The release publishes the tarballs of this pattern.
  for (const { name } of packages) expect(name).toMatch(/^hubspot-graphql-gateway/);
});
