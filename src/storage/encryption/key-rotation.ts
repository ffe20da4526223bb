import { type Kysely, type RawBuilder, sql } from 'kysely';
import { sleep, systemClock } from '../../lib/time/clock.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../tables.ts';
import { promote } from './encryption-keys.ts';
import { DecryptionError, type TokenCipher } from './token-cipher.ts';

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
/** A replica that has just read which key is active waits no longer for a connection and for its statement. */
const SETTLE_MS = 3_000;

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

export interface RotationOptions {
  readonly report?: (progress: RotationProgress) => void;
  /** Waits until replicas have stored what they sealed before. */
  readonly settle?: () => Promise<void>;
}

/**
 * Makes the first key of the ring the active one, and seals everything again with it, while replicas serve. Every row
 * is changed by itself and only if nobody changed it meanwhile, so it may be ended at any moment and started again.
 * @throws KeyMissingError when the ring lacks the key that was active before
 */
export async function rotateKeys(
  database: Database,
  cipher: TokenCipher,
  { report = () => {}, settle = () => sleep(systemClock, SETTLE_MS) }: RotationOptions = {},
): Promise<RotationResult> {
  await promote(database, cipher);
  const first = await resealAll(database, cipher, report);
  await settle();
  const late = await resealAll(database, cipher, report);
  return { resealed: first.resealed + late.resealed, broken: late.broken };
}

async function resealAll(
  { query }: Database,
  cipher: TokenCipher,
  report: (progress: RotationProgress) => void,
): Promise<RotationResult> {
  const result = { resealed: 0, broken: 0 };
  for (const sealed of SEALED_TABLES) {
    const total = await countOutdated(query, sealed, cipher.firstKeyId);
    let [done, broken] = [0, 0];
    // A row that was saved meanwhile may carry the old key again: look once more until none was missed.
    for (let missed = true; missed; ) {
      missed = false;
      broken = 0;
      let after = '';
      let rows = await readOutdated(query, sealed, cipher.firstKeyId, after);
      while (rows.length > 0) {
        for (const row of rows) {
          const outcome = await reseal(query, sealed, cipher, row);
          if (outcome === 'resealed') done += 1;
          else if (outcome === 'broken') broken += 1;
          else missed = true;
          after = String(row.id);
        }
        report({ table: sealed.table, done, total: Math.max(total, done) });
        rows = await readOutdated(query, sealed, cipher.firstKeyId, after);
      }
    }
    result.resealed += done;
    result.broken += broken;
  }
  return result;
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
  const assignments = [sql`key_id = ${cipher.firstKeyId}`];
  const unchanged = [sql`${sql.ref(id)} = ${row.id}`, sql`key_id = ${row.key_id}`];
  try {
    for (const column of columns) {
      const record = row[column] ?? null;
      const place = { tenantId: row.tenant ?? '', rowId: row.id ?? '', column: `${prefix}.${column}` };
      unchanged.push(record === null ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${record}`);
      if (record !== null)
        assignments.push(sql`${sql.ref(column)} = ${cipher.encrypt(cipher.decrypt(record, place), place)}`);
    }
  } catch (error) {
    if (error instanceof DecryptionError) return 'broken';
    throw error;
  }
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set ${sql.join(assignments)} where ${sql.join(unchanged, sql` and `)}`.execute(query);
  return numAffectedRows === 1n ? 'resealed' : 'missed';
}
