import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const MAX_LINES = 300;
const MAX_FILES_PER_FOLDER = 18;

/** The folders of packages: the gateway's own and its workspaces'. */
const PACKAGES = ['.', ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`)];

/** Whose values each room of src may import. Types may come from anything further right, too. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  cli: ['config', 'demo', 'gateway', 'graphql', 'lib', 'storage'],
  demo: ['config', 'gateway'],
  gateway: ['http', 'graphql', 'connector', 'installations', 'storage', 'hubspot', 'lib'],
  http: ['graphql', 'lib', 'errors'],
  graphql: ['connector', 'crm', 'lib', 'errors'],
  connector: ['installations', 'hubspot', 'crm', 'lib', 'errors'],
  installations: ['storage', 'hubspot', 'lib', 'errors'],
  storage: ['lib', 'errors'],
  hubspot: ['crm', 'lib', 'errors'],
  crm: [],
  simulator: [],
  config: ['lib'],
  errors: [],
  lib: [],
};
const LEFT_TO_RIGHT = [
  'gateway',
  'http',
  'graphql',
  'connector',
  'installations',
  'storage',
  'hubspot',
  'crm',
  'config',
  'errors',
  'lib',
];

interface Import {
  readonly from: string;
  /** A file, or the name that a package is imported by. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const isGateway = (file: string) => file.startsWith(join(ROOT, 'src/'));
const files = PACKAGES.flatMap((folder) => filesBelow(`${folder}/src`));
const gatewayFiles = files.filter(isGateway);
const imports = files.flatMap(importsOf);
const relativeImports = imports.filter(({ to }) => isAbsolute(to));

describe('the house', () => {
  it('has a row in the table for every room', () => {
    expect([...new Set(gatewayFiles.map(room))].sort()).toEqual(Object.keys(VALUES).sort());
  });

  it('imports values only from the next room to the right, and nothing from the left', () => {
    const trespasses = relativeImports.filter(
      ({ from, to, typeOnly }) => isGateway(from) && !mayImport(room(from), room(to), typeOnly),
    );
    expect(trespasses.map(({ from, to }) => `${short(from)} imports ${short(to)}`)).toEqual([]);
  });

  it('has no import cycle, not even of types', () => {
    expect(findCycle()?.map(short)).toBeUndefined();
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const all = ['src', 'test', 'scripts', 'packages'].flatMap(filesBelow);
    const long = all.filter((file) => readFileSync(file, 'utf8').split('\n').length - 1 > MAX_LINES);
    expect(long.map(short)).toEqual([]);
  });

  it(`has no folder of more than ${MAX_FILES_PER_FOLDER} files`, () => {
    const folders = Object.entries(Object.groupBy(files, dirname));
    const crowded = folders.filter(([, inside = []]) => inside.length > MAX_FILES_PER_FOLDER);
    expect(crowded.map(([folder]) => short(folder))).toEqual([]);
  });

  it('exports nothing by default and re-exports nothing wholesale', () => {
    const offenders = files.filter((file) => /^export (default|\*)/m.test(readFileSync(file, 'utf8')));
    expect(offenders.map(short)).toEqual([]);
  });
});

describe('the packages', () => {
  const everything = PACKAGES.flatMap((folder) =>
    ['src', 'test', 'scripts'].flatMap((inside) => filesBelow(`${folder}/${inside}`)),
  );
  const all = everything.flatMap(importsOf);

  it('import nothing of the gateway, and nothing of each other by a path', () => {
    const leaving = all.filter(({ from, to }) => packageOf(from) !== '.' && isForeign(packageOf(from), to));
    expect(leaving.map(({ from, to }) => `${short(from)} imports ${short(to)}`)).toEqual([]);
  });

  it('are imported by their names alone; tests may share the helpers of their tests', () => {
    const reaching = all.filter(({ from, to }) => packageOf(from) === '.' && isAbsolute(to) && packageOf(to) !== '.');
    const forbidden = reaching.filter(({ to }) => !short(to).startsWith(`${packageOf(to)}/test/helpers/`));
    expect(forbidden.map(({ from, to }) => `${short(from)} imports ${short(to)}`)).toEqual([]);
  });

  it.each(PACKAGES)('depend on what their sources import, and on nothing else: %s', (folder) => {
    const { dependencies = {}, peerDependencies = {} } = JSON.parse(
      readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
    );
    const named = imports.filter(({ from, to }) => packageOf(from) === folder && !isAbsolute(to));
    const used = named.filter(({ to }) => !to.startsWith('node:')).map(({ to }) => packageName(to));
    expect([...new Set(used)].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/(^generated|node_modules|(^|\/)dist)\//.test(name))
    .map((name) => join(ROOT, folder, name));
}

/** `packages/simulator`, or `.` for the gateway. */
function packageOf(file: string): string {
  return /^packages\/[^/]+/.exec(short(file))?.[0] ?? '.';
}

function isForeign(folder: string, to: string): boolean {
  return isAbsolute(to) ? packageOf(to) !== folder : packageName(to) === 'hubspot-graphql-gateway';
}

/** `@scope/name/path` is in the package `@scope/name`. */
function packageName(to: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(to)?.[0] ?? to;
}

function mayImport(from: string, to: string, typeOnly: boolean): boolean {
  if (from === to || VALUES[from]?.includes(to)) return true;
  const [left, right] = [LEFT_TO_RIGHT.indexOf(from), LEFT_TO_RIGHT.indexOf(to)];
  return typeOnly && left >= 0 && left < right;
}

/** `src/http/app.ts` is in the room `http`, `src/cli.ts` in `cli`. */
function room(file: string): string {
  return relative(join(ROOT, 'src'), file).split('/')[0]?.replace(/\.ts$/, '') ?? '';
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'([^']+)'|import\('([^']+)'\)/gm);
  return [...statements].map(([, clause = '', path, dynamicPath = '']) => {
    const name = path ?? dynamicPath;
    return { from: file, to: name.startsWith('.') ? resolve(dirname(file), name) : name, typeOnly: isTypeOnly(clause) };
  });
}

function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true;
  const names = /^\{([^}]*)\}$/s
    .exec(clause)?.[1]
    ?.split(',')
    .map((name) => name.trim());
  return names?.filter((name) => name !== '').every((name) => name.startsWith('type ')) ?? false;
}

function findCycle(): string[] | undefined {
  const edges = Map.groupBy(relativeImports, ({ from }) => from);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { to } of edges.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

function short(file: string): string {
  return relative(ROOT, file);
}
