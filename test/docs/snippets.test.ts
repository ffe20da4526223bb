import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`),
];

/** What the application around a snippet has. */
const AROUND = `
declare function myJwt(): Promise<string>;
declare const request: Request;
`;

it('what the pages show in TypeScript compiles, as strictly as can be', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(ROOT, 'node_modules/.snippets-'));
  try {
    const shown = PAGES.flatMap((page) => {
      const blocks = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```tsx?\n(.*?)^```/gms)];
      return blocks.length > 0 ? [[page, blocks.map(([, code]) => code).join('\n')] as const] : [];
    });
    expect(shown.map(([page]) => page)).toEqual(expect.arrayContaining(['README.md', 'docs/errors.md']));
    for (const [page, code] of shown) writeFileSync(join(folder, `${page.replaceAll('/', '-')}.tsx`), code);
    writeFileSync(join(folder, 'around.d.ts'), AROUND);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true },
          ...{ target: 'esnext', module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx' },
          ...{ lib: ['esnext', 'dom', 'dom.iterable'], types: ['node'], skipLibCheck: true },
          allowImportingTsExtensions: true,
          paths: {
            'hubspot-graphql-gateway': [join(ROOT, 'src/gateway.ts')],
            'hubspot-graphql-gateway/config': [join(ROOT, 'src/config.ts')],
            'hubspot-graphql-gateway/errors': [join(ROOT, 'src/errors.ts')],
            'hubspot-graphql-gateway/simulator': [join(ROOT, 'src/simulator.ts')],
          },
        },
        include: ['*'],
      }),
    );
    expect(compile(folder)).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What the compiler has against it. */
function compile(folder: string): string {
  try {
    return execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}
