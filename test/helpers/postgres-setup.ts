import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { dropDatabase, findPostgres, run } from '../../scripts/postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of a Postgres whose user may create databases. */
    postgresUrl: string;
    /** Begins the names of all databases of this run, which are dropped at its end. */
    postgresPrefix: string;
  }
}

/** Both databases are tested, always. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await findPostgres({ durable: false });
  const prefix = `gateway_test_${randomBytes(4).toString('hex')}_`;
  project.provide('postgresUrl', url);
  project.provide('postgresPrefix', prefix);
  return async () => {
    const left = await run<{ datname: string }>(
      url,
      `select datname from pg_database where starts_with(datname, '${prefix}')`,
    );
    for (const { datname } of left) await dropDatabase(url, datname);
    await stop();
  };
}
