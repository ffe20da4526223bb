import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** What `npm pack` builds before it looks: every source below `src` comes out below `dist`. */
it.each([
  ['.', 'scripts'],
  ['packages/client', '../../scripts'],
  ['packages/simulator', '../../scripts'],
])('packs what its entries name, from a clean clone too: %s', (folder, scriptsFolder) => {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  const { scripts, files, exports: entries, bin = {} } = manifest;
  expect(scripts.prepack).toBe(`npm run build && node ${scriptsFolder}/manifest.ts published`);
  expect(scripts.postpack).toBe(`node ${scriptsFolder}/manifest.ts source`);
  for (const entry of [...Object.values<string>(entries), ...Object.values<string>(bin)]) {
    expect(existsSync(join(ROOT, folder, entry)), entry).toBe(true);
    const published = entry.replace('./', '').replace(/^src\//, 'dist/');
    expect(
      files.some((file: string) => published.startsWith(file)),
      entry,
    ).toBe(true);
  }
});

it('packs the page of the demo', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(scripts.build).toMatch(/^npm run build --workspaces/);
  expect(readFileSync(join(ROOT, 'examples/react/vite.config.ts'), 'utf8')).toContain("outDir: '../../dist/page'");
  expect(readFileSync(join(ROOT, 'src/demo.ts'), 'utf8')).toContain("join(import.meta.dirname, '../dist/page')");
});
