#!/usr/bin/env node
// In a checkout the sources run as they are; the published package holds only dist.
import { existsSync } from 'node:fs';

const { node } = process.versions;
if (Number(node.split('.')[0]) < 24) {
  process.stderr.write(`hubspot-simulator needs Node 24 or newer, and this is Node ${node}: install a newer one.\n`);
  process.exit(1);
}
const source = new URL('../src/cli.ts', import.meta.url);
const { runCli } = await import((existsSync(source) ? source : new URL('../dist/cli.js', import.meta.url)).href);
await runCli(process.argv.slice(2));
