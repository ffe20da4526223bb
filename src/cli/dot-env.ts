import { existsSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/** Reads `.env` of the working directory, where there is one. What the environment sets already wins. @throws ConfigError */
export function readDotEnv(): void {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    throw new ConfigError([`.env cannot be read (${error instanceof Error ? error.message : String(error)})`]);
  }
}
