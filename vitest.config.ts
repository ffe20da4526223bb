import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { testFiles } from './test/helpers/projects.ts';
import { SlowFirst } from './test/helpers/slow-first.ts';

const { unit, stack, faults } = testFiles();

const shared = {
  // No module of ours has state that a test could leave behind: a worker imports each module once, not per file.
  isolate: false,
  // Real processes on a shared machine: CI may look twice, and says so when it did.
  retry: process.env.CI ? 1 : 0,
  // More cases take longer.
  testTimeout: 20_000 * Math.max(1, Number(process.env.FUZZ_SCALE ?? 1)),
  // Polling ends as soon as it may; only a machine under load needs the whole of it.
  expect: { poll: { timeout: 15_000 } },
  hookTimeout: 60_000,
};
const withPostgres = { globalSetup: ['test/helpers/postgres-setup.ts'] };

export default defineConfig({
  // Vite would take graphql's ES module and Node its CommonJS twin: two realms whose types do not know each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Vitest leaves one core to itself, which is half of a small machine.
    maxWorkers: '100%',
    sequence: { sequencer: SlowFirst },
    // Processes that tests start find their code compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.vitest-cache/node') },
    projects: [
      { extends: true, test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      { extends: true, test: { ...shared, name: 'unit', include: unit } },
      { extends: true, test: { ...shared, ...withPostgres, name: 'stack', include: stack } },
      { extends: true, test: { ...shared, ...withPostgres, name: 'faults', include: faults } },
    ],
  },
});
