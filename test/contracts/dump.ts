import { sql } from 'kysely';
import type { Database } from '../../src/storage/database.ts';

/** Every row of every table, as one text: what a thief of the database would hold. */
export async function dump({ query }: Database): Promise<string> {
  const tables = await query.introspection.getTables();
  const results = await Promise.all(tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(query)));
  return JSON.stringify(results.map(({ rows }) => rows));
}

/** The spellings of `secret` that `text` holds: in clear, hex, percent-encoded, or base64 at any alignment. */
export function spellingsIn(text: string, secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex');
  const percent = encodeURIComponent(secret);
  const spellings = [
    secret,
    hex,
    hex.toUpperCase(),
    percent,
    percent.toLowerCase(),
    hex.replace(/../g, '%$&'),
    ...base64(secret, 'base64'),
    ...base64(secret, 'base64url'),
  ];
  return spellings.filter((spelling) => text.includes(spelling));
}

/** Without the characters at either end that depend on the associated records. */
function base64(secret: string, alphabet: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    return shifted
      .toString(alphabet)
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : shift + 1, -1);
  });
}
