import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** What a clone does not have. */
const NOT_CLONED = ['node_modules', 'dist', '.git', '.data', '.env'];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly resolved?: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The folders of the packages that are published, the gateway's first. */
export const PACKAGES = ['.', ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`)];

/** A clone that was never built, what `npm pack` makes of its packages, and projects that install it. */
export class PackedPackages {
  readonly clone: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'packed-'));
  readonly #tarballs = new Map<string, string>();

  constructor() {
    this.clone = join(this.#folder, 'clone');
    cpSync(ROOT, this.clone, { recursive: true, filter: (file) => !NOT_CLONED.includes(basename(file)) });
    symlinkSync(join(ROOT, 'node_modules'), join(this.clone, 'node_modules'));
  }

  /** Runs `npm pack` in the package's folder. The names of the files in the tarball. */
  pack(folder: string): readonly string[] {
    const destination = mkdtempSync(join(this.#folder, 'tarball-'));
    const npm = ['pack', '--offline', '--silent', '--no-update-notifier', '--pack-destination', destination];
    execFileSync('npm', npm, { cwd: join(this.clone, folder), encoding: 'utf8', stdio: 'pipe' });
    const tarball = join(destination, readdirSync(destination)[0] ?? '');
    this.#tarballs.set(this.manifest(folder).name, tarball);
    const listed = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' });
    return listed.split('\n').filter((name) => name !== '');
  }

  manifest(folder: string): Manifest {
    return JSON.parse(readFileSync(join(this.clone, folder, 'package.json'), 'utf8'));
  }

  /** An empty project with a package from its tarball, its dependencies and their peers, but nothing else. */
  install(name: string): string {
    const project = mkdtempSync(join(this.#folder, 'project-'));
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Locked>;
    };
    const modules = join(project, 'node_modules');
    const add = (wanted: string, from: string): void => {
      const path = locate(packages, wanted, from);
      const target = join(modules, wanted);
      if (path === undefined || existsSync(target)) return;
      mkdirSync(dirname(target), { recursive: true });
      const tarball = this.#tarballs.get(wanted);
      if (tarball) {
        mkdirSync(target);
        execFileSync('tar', ['xzf', tarball, '-C', target, '--strip-components=1']);
      } else symlinkSync(join(ROOT, path), target);
      const own = packages[path]?.resolved ?? path;
      const { dependencies, peerDependencies } = packages[own] ?? {};
      for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) add(dependency, own);
    };
    add(name, '');
    return project;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** The entry of the lockfile that Node resolves `name` to, for a module in the folder `from`. */
function locate(packages: Readonly<Record<string, Locked>>, name: string, from: string): string | undefined {
  if (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).name === name) return '';
  for (let folder = from; ; folder = dirname(folder)) {
    const path = relative('.', join(folder, 'node_modules', name));
    if (packages[path]) return path;
    if (folder === '' || folder === '.') return undefined;
  }
}
