import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// A package's `exports` name its sources, so that nothing has to be built in a checkout. Node does not run TypeScript below
// node_modules: the package that npm publishes names what was built. npm runs this in the package's folder.
const [form] = parseArgs({ allowPositionals: true }).positionals;
if (form !== 'published' && form !== 'source') throw new TypeError('usage: node scripts/manifest.ts published|source');

type Entry = string | { readonly types: string; readonly default: string };

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, Entry> };
manifest.exports = Object.fromEntries(
  Object.entries(manifest.exports).map(([name, entry]) => [
    name,
    form === 'published' ? publishedEntry(entry) : sourceEntry(entry),
  ]),
);
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);

function publishedEntry(entry: Entry): Entry {
  const module = typeof entry === 'string' ? /^\.\/src\/(.+)\.ts$/.exec(entry)?.[1] : undefined;
  return module === undefined ? entry : { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` };
}

function sourceEntry(entry: Entry): Entry {
  return typeof entry === 'string' ? entry : entry.default.replace(/^\.\/dist\/(.+)\.js$/, './src/$1.ts');
}
