import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const MAX_LINES = 300;
const MAX_FILES_PER_FOLDER = 18;

/** Whose values each room of src may import. Types may come from anything further right, too. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  cli: ['config', 'demo', 'gateway', 'graphql', 'lib', 'simulator', 'storage'],
  demo: ['config', 'gateway', 'simulator'],
  gateway: ['http', 'graphql', 'connector', 'installations', 'storage', 'hubspot', 'lib'],
  http: ['graphql', 'lib', 'errors'],
  graphql: ['connector', 'crm', 'lib', 'errors'],
  connector: ['installations', 'hubspot', 'crm', 'lib', 'errors'],
  installations: ['storage', 'hubspot', 'lib', 'errors'],
  storage: ['lib', 'errors'],
  hubspot: ['crm', 'lib', 'errors'],
  crm: [],
  simulator: ['lib'],
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
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(ROOT, 'src', name));
const imports = files.flatMap(importsOf);

describe('the house', () => {
  it('has a row in the table for every room', () => {
    expect([...new Set(files.map(room))].sort()).toEqual(Object.keys(VALUES).sort());
  });

  it('imports values only from the next room to the right, and nothing from the left', () => {
    const trespasses = imports.filter(({ from, to, typeOnly }) => !mayImport(room(from), room(to), typeOnly));
    expect(trespasses.map(({ from, to }) => `${short(from)} imports ${short(to)}`)).toEqual([]);
  });

  it('has no import cycle, not even of types', () => {
    expect(findCycle()?.map(short)).toBeUndefined();
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const all = ['src', 'test', 'scripts'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.startsWith('generated') && !name.includes('node_modules'))
        .map((name) => join(ROOT, folder, name)),
    );
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
  const statements = text.matchAll(/^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm);
  return [...statements].map(([, clause = '', path, dynamicPath]) => ({
    from: file,
    to: resolve(dirname(file), path ?? dynamicPath ?? ''),
    typeOnly: isTypeOnly(clause),
  }));
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
  const edges = Map.groupBy(imports, ({ from }) => from);
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
