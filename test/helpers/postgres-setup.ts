import type { TestProject } from 'vitest/node';
import { findPostgres } from '../../scripts/postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of a Postgres whose user may create databases. */
    postgresUrl: string;
  }
}

/** Both databases are tested, always. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await findPostgres();
  project.provide('postgresUrl', url);
  return stop;
}
