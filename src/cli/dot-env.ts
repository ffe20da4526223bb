import { existsSync } from 'node:fs';

/** Reads `.env` of the working directory, where there is one. What the environment sets already wins. */
export function readDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}
