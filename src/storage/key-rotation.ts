import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { SealBrokenError, type TokenCipher } from './token-cipher.ts';

/** A table with sealed columns: how its rows are named, and the names that the seals are bound to. */
interface SealedTable {
  readonly table: keyof Tables;
  readonly id: string;
  /** Where the row's tenant stands. */
  readonly tenant: RawBuilder<string>;
  readonly prefix: string;
  readonly columns: readonly string[];
}

const OF_INSTALLATION = sql<string>`(select tenant_id from installations where id = installation_id)`;
const OWN = sql<string>`tenant_id`;

const SEALED_TABLES: readonly SealedTable[] = [
  {
    table: 'installation_tokens',
    id: 'installation_id',
    tenant: OF_INSTALLATION,
    prefix: 'installation_tokens',
    columns: ['access_token', 'refresh_token', 'previous_refresh_token'],
  },
  { table: 'revocations', id: 'id', tenant: OWN, prefix: 'revocations', columns: ['refresh_token'] },
  {
    table: 'authorization_requests',
    id: 'state_hash',
    tenant: OWN,
    prefix: 'authorization',
    columns: ['code_verifier'],
  },
  {
    table: 'pending_connections',
    id: 'handle_hash',
    tenant: OWN,
    prefix: 'authorization',
    columns: ['code', 'code_verifier'],
  },
];

const BATCH = 100;

export interface RotationProgress {
  readonly table: string;
  readonly done: number;
  readonly total: number;
}

export interface RotationResult {
  readonly resealed: number;
  /** Rows that could not be opened: altered, or sealed with a key that is not in the ring. */
  readonly broken: number;
}

/**
 * Seals everything again with the newest key, while replicas serve. Every row is changed by itself and only if nobody
 * changed it meanwhile, so it may be ended at any moment and started again.
 */
export async function rotateKeys(
  { query }: Database,
  cipher: TokenCipher,
  report: (progress: RotationProgress) => void = () => {},
): Promise<RotationResult> {
  const result = { resealed: 0, broken: 0 };
  for (const sealed of SEALED_TABLES) {
    const total = await countOutdated(query, sealed, cipher.newestKeyId);
    let [done, broken] = [0, 0];
    // A row that was saved meanwhile may carry the old key again: look once more until none was missed.
    for (let missed = true; missed; ) {
      missed = false;
      broken = 0;
      let after = '';
      let rows = await readOutdated(query, sealed, cipher.newestKeyId, after);
      while (rows.length > 0) {
        for (const row of rows) {
          const outcome = await reseal(query, sealed, cipher, row);
          if (outcome === 'resealed') done += 1;
          else if (outcome === 'broken') broken += 1;
          else missed = true;
          after = String(row.id);
        }
        report({ table: sealed.table, done, total: Math.max(total, done) });
        rows = await readOutdated(query, sealed, cipher.newestKeyId, after);
      }
    }
    result.resealed += done;
    result.broken += broken;
  }
  return result;
}

/** Ids of keys that stored tokens need and that this ring does not hold. */
export async function missingKeys({ query }: Database, cipher: TokenCipher): Promise<string[]> {
  const rows = await query
    .selectFrom('installation_tokens')
    .select('key_id')
    .where('access_token', 'is not', null)
    .union(query.selectFrom('revocations').select('key_id'))
    .execute();
  return rows.map(({ key_id }) => key_id).filter((id) => !cipher.holds(id));
}

type SealedRow = Readonly<Record<string, string | null>>;

async function countOutdated(query: Kysely<Tables>, { table }: SealedTable, newest: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)} where key_id <> ${newest}`.execute(query);
  return Number(rows[0]?.count ?? 0);
}

async function readOutdated(
  query: Kysely<Tables>,
  { table, id, tenant, columns }: SealedTable,
  newest: string,
  after: string,
): Promise<readonly SealedRow[]> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const { rows } = await sql<SealedRow>`
    select ${sql.ref(id)} as id, ${tenant} as tenant, key_id, ${names} from ${sql.table(table)}
    where key_id <> ${newest} and ${sql.ref(id)} > ${after} order by ${sql.ref(id)} limit ${BATCH}`.execute(query);
  return rows;
}

async function reseal(
  query: Kysely<Tables>,
  { table, id, prefix, columns }: SealedTable,
  cipher: TokenCipher,
  row: SealedRow,
): Promise<'resealed' | 'broken' | 'missed'> {
  const assignments = [sql`key_id = ${cipher.newestKeyId}`];
  const unchanged = [sql`${sql.ref(id)} = ${row.id}`, sql`key_id = ${row.key_id}`];
  try {
    for (const column of columns) {
      const record = row[column] ?? null;
      const place = { tenantId: row.tenant ?? '', rowId: row.id ?? '', column: `${prefix}.${column}` };
      unchanged.push(record === null ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${record}`);
      if (record !== null)
        assignments.push(sql`${sql.ref(column)} = ${cipher.seal(cipher.open(record, place), place)}`);
    }
  } catch (error) {
    if (error instanceof SealBrokenError) return 'broken';
    throw error;
  }
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set ${sql.join(assignments)} where ${sql.join(unchanged, sql` and `)}`.execute(query);
  return numAffectedRows === 1n ? 'resealed' : 'missed';
}
