import { existsSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/** Reads `.env` in the working directory, if it exists. The environment takes precedence. @throws ConfigError */
export function readDotEnv(): void {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    throw new ConfigError([`.env cannot be read (${error instanceof Error ? error.message : String(error)})`]);
  }
}
