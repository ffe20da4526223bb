import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manifest, PACKAGES, PackedPackages } from './helpers/packed.ts';

const ROOT = join(import.meta.dirname, '..');
/** `process.versions` of a Node that the packages do not run on. */
const OLD_NODE = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })`;

let packed: PackedPackages;
const files = new Map<string, readonly string[]>();
const projects = new Map<string, string>();
beforeAll(() => {
  packed = new PackedPackages();
  for (const folder of PACKAGES) files.set(folder, packed.pack(folder));
  for (const folder of PACKAGES) projects.set(folder, packed.install(packed.manifest(folder).name));
}, 180_000);
afterAll(() => packed.remove());

describe.each(PACKAGES)('the package of %s', (folder) => {
  const project = () => projects.get(folder) ?? '';
  const installed = () => join(project(), 'node_modules', packed.manifest(folder).name);
  const manifest = (): Manifest => JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));

  it('has what was built, its README and its licence, and no sources', () => {
    const names = files.get(folder) ?? [];
    expect(names).toEqual(expect.arrayContaining(['package/README.md', 'package/LICENSE', 'package/package.json']));
    expect(names.filter((name) => /^package\/(src|test|packages|scripts)\//.test(name))).toEqual([]);
    expect(names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
  });

  it('names files that it has, in a package.json that differs from the checkout in nothing else', () => {
    const checkout: Manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    expect(packed.manifest(folder)).toEqual(checkout);
    const { exports: entries, bin = {} } = manifest();
    expect(manifest()).toEqual({ ...checkout, exports: entries });
    const targets = Object.values(entries).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : [entry.types, entry.default],
    );
    const named = [...targets, ...Object.values(bin)];
    expect(named.filter((target) => !existsSync(join(installed(), target)))).toEqual([]);
    expect(targets.filter((target) => target.startsWith('./src'))).toEqual([]);
  });

  it('has the sources in its source maps', () => {
    const maps = (readdirSync(join(installed(), 'dist'), { recursive: true }) as string[]).filter((name) =>
      name.endsWith('.js.map'),
    );
    const empty = maps.filter((name) => {
      const { sourcesContent } = JSON.parse(readFileSync(join(installed(), 'dist', name), 'utf8'));
      return typeof sourcesContent?.[0] !== 'string';
    });
    expect({ maps: maps.length > 0, empty }).toEqual({ maps: true, empty: [] });
  });

  it('runs its command', async () => {
    const { bin = {}, version } = manifest();
    for (const file of Object.values(bin)) {
      expect(await run([join(installed(), file), '--version'])).toEqual({
        code: 0,
        stdout: `${version}\n`,
        stderr: '',
      });
    }
  });

  it('tells an old Node in one sentence', async () => {
    for (const [name, file] of Object.entries(manifest().bin ?? {})) {
      expect(await run(['--import', OLD_NODE, join(installed(), file), '--version'])).toEqual({
        code: 1,
        stdout: '',
        stderr: `${name} needs Node 24 or newer, and this is Node 20.1.0: install a newer one.\n`,
      });
    }
  });

  it.each(['nodenext', 'bundler'])('compiles and runs in a project that resolves modules as %s', async (resolution) => {
    const { name, exports: entries } = manifest();
    const modules = Object.entries(entries).flatMap(([path, entry]) => (typeof entry === 'string' ? [] : [path]));
    const lines = modules.map((path, index) => `import * as m${index} from '${name}${path.slice(1)}';`);
    const print = `console.log([${modules.map((_, index) => `Object.keys(m${index}).length > 0`).join(', ')}].every(Boolean));`;
    writeFileSync(join(project(), 'consumer.mts'), `${[...lines, print].join('\n')}\n`);
    const types = join(project(), 'node_modules/@types');
    if (!existsSync(types)) symlinkSync(join(ROOT, 'node_modules/@types'), types);
    const compilerOptions = {
      ...{
        strict: true,
        skipLibCheck: folder !== 'packages/simulator',
        target: 'esnext',
        types: ['node'],
        outDir: resolution,
      },
      ...{ module: resolution === 'bundler' ? 'esnext' : 'nodenext', moduleResolution: resolution },
    };
    writeFileSync(join(project(), 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['consumer.mts'] }));
    expect(await run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project()])).toMatchObject({
      code: 0,
      stdout: '',
    });
    const consumer = join(project(), resolution, 'consumer.mjs');
    expect(await run([consumer])).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });
});

it('the gateway has the page of its demo', () => {
  expect(files.get('.')).toContain('package/dist/page/index.html');
});

it('the simulator is installed without what the gateway depends on', () => {
  const names = readdirSync(join(projects.get('packages/simulator') ?? '', 'node_modules'));
  expect(names).toContain('hono');
  expect(names.filter((name) => /^(hubspot-graphql-gateway|kysely|pg|graphql.*|undici)$/.test(name))).toEqual([]);
});

it.each([
  ['.', 'hubspot-graphql-gateway', 'bin/hubspot-gateway.js', ['demo'], 'with a simulated HubSpot behind it'],
  ['.', 'hubspot-graphql-gateway', 'bin/hubspot-gateway.js', ['simulator', '-p', '0'], 'HubSpot, simulated, listens'],
  [
    'packages/simulator',
    'hubspot-graphql-gateway-simulator',
    'bin/hubspot-simulator.js',
    ['-p', '0'],
    'HubSpot, simulated',
  ],
])('%s: %s/%s %j serves until it is told to stop', async (folder, name, file, args, text) => {
  const path = join(projects.get(folder) ?? '', 'node_modules', name, file);
  const child = spawn(process.execPath, [path, ...args], { env: { PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(child.stdout, 'data');
  expect(String(printed)).toContain(text);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('the simulator says in one sentence that its port is taken, and refuses a port that is none', async () => {
  const file = join(ROOT, 'packages/simulator/bin/hubspot-simulator.js');
  const first = spawn(process.execPath, [file, '-p', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(first.stdout, 'data');
  const port = /localhost:(\d+)/.exec(String(printed))?.[1] ?? '';
  expect(await run([file, '-p', port])).toEqual({
    code: 1,
    stdout: '',
    stderr: `Something else listens on port ${port}: end it, or choose another --port.\n`,
  });
  first.kill();
  expect(await run([file, '-p', '70000'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('It must be a port number.'),
  });
});

it('the image has the manifest of each workspace before it installs', () => {
  const [before = ''] = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').split('RUN npm ci');
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const workspaces = Object.keys(packages).filter((folder) => folder !== '' && !folder.includes('node_modules'));
  const copied = [...before.matchAll(/COPY (\S+)\/package\.json/g)].map(([, folder]) => folder);
  expect(copied.sort()).toEqual(workspaces.sort());
});

it('the versions of the packages go together', () => {
  const manifests = PACKAGES.map((folder) => packed.manifest(folder));
  expect([...new Set(manifests.map(({ version }) => version))]).toHaveLength(1);
  const own = manifests.flatMap(({ dependencies = {}, version }) =>
    manifests.flatMap(({ name }) => (dependencies[name] === undefined ? [] : [[dependencies[name], version]])),
  );
  for (const [depended, version] of own) expect(depended).toBe(version);
});

function run(args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    );
  });
}
