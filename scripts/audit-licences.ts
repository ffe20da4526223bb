import { readFileSync } from 'node:fs';
import { type Lockfile, licencesOf } from './licences.ts';

// The lockfile is the argument, or the project's own: it names the packages of all platforms, installed or not.
const [path = new URL('../package-lock.json', import.meta.url)] = process.argv.slice(2);
const packages = licencesOf(JSON.parse(readFileSync(path, 'utf8')) as Lockfile);
for (const { name, version, use, licence = 'no licence', isAllowed } of packages) {
  process.stdout.write(`${isAllowed ? 'allowed' : 'REFUSED'}  ${use.padEnd(11)}  ${licence}  ${name}@${version}\n`);
}
const refused = packages.filter(({ isAllowed }) => !isAllowed);
process.stdout.write(`${packages.length} packages, ${refused.length} of them refused\n`);
if (refused.length > 0) {
  const names = refused
    .map(({ name, version, licence = 'no licence' }) => `${name}@${version} (${licence})`)
    .join(', ');
  process.stderr.write(`${names}: use another package, or allow the licence in scripts/licences.ts.\n`);
  process.exitCode = 1;
}
