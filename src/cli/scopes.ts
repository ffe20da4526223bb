import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { type FrontendScopes, frontendScopes } from '../graphql/analysis/frontend-scopes.ts';

/** No file matches the patterns. */
export class NoFilesError extends Error {
  override readonly name = 'NoFilesError';
}

/**
 * The scopes that the operations in the matching files need. Works offline.
 * @param registered required and optional scopes of the HubSpot app
 * @throws GraphQLError for an invalid file, NoFilesError when no file matches
 */
export async function scopesOfFiles(
  patterns: readonly string[],
  registered: readonly string[],
): Promise<FrontendScopes> {
  const names = new Set<string>();
  for (const pattern of patterns) for await (const name of glob(pattern)) names.add(name);
  if (names.size === 0) throw new NoFilesError(`No file matches ${patterns.join(' ')}`);
  const files = [...names].sort().map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  return frontendScopes(files, [...new Set(registered)].sort());
}

/** The report as text. */
export function printScopes({ scopes, operations, missing, unused }: FrontendScopes): string {
  const lines = [`Needed by ${operations.length} operation(s): ${scopes.join(' ') || 'nothing'}`];
  for (const scope of scopes) {
    lines.push('', scope);
    for (const { operation, file, fields } of operations) {
      const needing = fields.filter(({ anyOf }) => anyOf.some((alternative) => alternative.includes(scope)));
      if (needing.length > 0) {
        lines.push(`  ${operation} (${file}): ${needing.map(({ coordinate }) => coordinate).join(', ')}`);
      }
    }
  }
  lines.push('');
  if (unused.length > 0) lines.push(`Configured, but needed by no operation: ${unused.join(' ')}`);
  lines.push(
    missing.length > 0
      ? `Needed, but neither in HUBSPOT_SCOPES nor in HUBSPOT_OPTIONAL_SCOPES: ${missing.join(' ')}`
      : 'HUBSPOT_SCOPES and HUBSPOT_OPTIONAL_SCOPES cover all of them.',
  );
  return `${lines.join('\n')}\n`;
}
