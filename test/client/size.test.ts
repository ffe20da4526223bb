import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, it } from 'vitest';

const PEERS = [/^@apollo\/client/, 'rxjs', '@urql/core', /^react/];

/** The minified and gzipped bytes that a page loads for one entry, without its peers. */
async function sizeOf(entry: string): Promise<number> {
  const built = await build({
    ...{ configFile: false, logLevel: 'silent' },
    build: {
      ...{ write: false, minify: 'oxc', target: 'es2022' },
      lib: { entry: join(import.meta.dirname, '../../packages/client/src', entry), formats: ['es'] },
      rolldownOptions: { external: PEERS },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
  return outputs.reduce((sum, part) => sum + (part.type === 'chunk' ? gzipSync(part.code).byteLength : 0), 0);
}

it.each([
  ['index.ts', 4_000],
  ['apollo.ts', 1_000],
  ['urql.ts', 2_000],
  ['react/index.ts', 2_500],
])('%s is small', async (entry, most) => {
  const size = await sizeOf(entry);
  expect(size).toBeGreaterThan(100);
  expect(size).toBeLessThan(most);
});
