import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** What `npm pack` builds before it looks: every source below `src` comes out below `dist`. */
it('packs what its entries name, from a clean clone too', () => {
  const { scripts, files, exports: entries, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(scripts.prepack).toBe('npm run build');
  expect(files).toContain('dist');
  const targets = Object.values<string | Record<string, string>>(entries).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  for (const target of [...targets, ...Object.values<string>(bin)]) {
    const source = target.replace(/^\.\/dist\/(.*?)(\.d\.ts|\.js)$/, './src/$1.ts');
    expect(existsSync(join(ROOT, source)), target).toBe(true);
    expect(
      files.some((file: string) => target.replace('./', '').startsWith(file)),
      target,
    ).toBe(true);
  }
});
