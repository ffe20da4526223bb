import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PropertyDefinition } from 'hubspot-graphql-gateway-simulator';

export interface RecordedRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

/** A request that was once sent to HubSpot, and the answer. */
export interface Exchange {
  readonly request: { readonly method: 'POST'; readonly path: string; readonly body: unknown };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body:
      | ''
      | {
          readonly total?: number;
          readonly results?: readonly RecordedRecord[];
          readonly correlationId?: string;
          readonly category?: string;
          readonly message?: string;
        };
  };
}

const FOLDER = resolve(import.meta.dirname, '../..', '../shared/data/recorded');

/** Recordings are not part of the project: where they are absent, tests of them are left out. */
export const isRecorded = existsSync(join(FOLDER, 'exchanges.json'));

export function recordedExchanges(): readonly Exchange[] {
  return isRecorded ? read<Exchange[]>('exchanges.json') : [];
}

/** All property definitions of a real portal's contacts. */
export function recordedDefinitions(): readonly PropertyDefinition[] {
  return isRecorded ? read<{ properties: PropertyDefinition[] }>('contact-schema.json').properties : [];
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}
