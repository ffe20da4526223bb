#!/usr/bin/env node
// In a checkout the sources run as they are; the published package holds only dist.
import { existsSync } from 'node:fs';

const source = new URL('../src/cli.ts', import.meta.url);
await import((existsSync(source) ? source : new URL('../dist/cli.js', import.meta.url)).href);
