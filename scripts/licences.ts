/** A dependency as a lockfile of npm has it: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
export interface LockedPackage {
  readonly version: string;
  /** An SPDX expression. */
  readonly license?: string;
  /** Where it is installed for development alone. */
  readonly dev?: boolean;
}

/** A workspace, where node_modules links to its folder. */
export interface WorkspaceLink {
  readonly link: true;
}

export interface Lockfile {
  /** By the folder that it is installed in; the project itself is `''`, and a workspace's folder is not below node_modules. */
  readonly packages: Readonly<Record<string, LockedPackage | WorkspaceLink>>;
}

export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  readonly use: 'production' | 'development';
  readonly licence: string | undefined;
  readonly isAllowed: boolean;
}

/** Licences that ask for no more than that they are named. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'Zlib'];
/** Those of tools, which no user of the gateway is handed. */
const OF_TOOLS = [...PERMISSIVE, 'CC-BY-4.0', 'MPL-2.0', 'Python-2.0'];

/** All packages of a lockfile but the project's own, sorted by name and version, each once. */
export function licencesOf({ packages }: Lockfile): LicensedPackage[] {
  const found = new Map<string, LicensedPackage>();
  for (const [folder, locked] of Object.entries(packages)) {
    if (!folder.includes('node_modules/') || 'link' in locked) continue;
    const { version, license, dev } = locked;
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const use = dev ? 'development' : 'production';
    const isAllowed = license !== undefined && isCovered(license, use === 'production' ? PERMISSIVE : OF_TOOLS);
    const key = `${name}@${version}`;
    if (found.get(key)?.use !== 'production') found.set(key, { name, version, use, licence: license, isAllowed });
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Whether some choice that an SPDX expression leaves is in `allowed`. Anything but names, AND, OR and brackets is not. */
function isCovered(expression: string, allowed: readonly string[]): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  // OR binds weaker than AND: https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
  const anyOf = (): boolean => {
    let covered = allOf();
    while (tokens[at] === 'OR') {
      at += 1;
      covered = allOf() || covered;
    }
    return covered;
  };
  const allOf = (): boolean => {
    let covered = one();
    while (tokens[at] === 'AND') {
      at += 1;
      covered = one() && covered;
    }
    return covered;
  };
  const one = (): boolean => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token !== '(') return allowed.includes(token);
    const covered = anyOf();
    at += 1;
    return covered;
  };
  return anyOf() && at === tokens.length;
}
