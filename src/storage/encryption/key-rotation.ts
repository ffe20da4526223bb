import { type Kysely, type RawBuilder, sql } from 'kysely';
import { sleep, systemClock } from '../../lib/time/clock.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../tables.ts';
import { promote } from './encryption-keys.ts';
import { DecryptionError, type TokenCipher } from './token-cipher.ts';

/** A table with encrypted columns. */
interface EncryptedTable {
  readonly table: keyof Tables;
  /** The column that identifies a row. */
  readonly id: string;
  /** The SQL expression for the tenant of a row. */
  readonly tenant: RawBuilder<string>;
  /** Of the column names in the authenticated data. */
  readonly prefix: string;
  readonly columns: readonly string[];
}

const OF_INSTALLATION = sql<string>`(select tenant_id from installations where id = installation_id)`;
const OF_ROW = sql<string>`tenant_id`;

const ENCRYPTED_TABLES: readonly EncryptedTable[] = [
  {
    table: 'installation_tokens',
    id: 'installation_id',
    tenant: OF_INSTALLATION,
    prefix: 'installation_tokens',
    columns: ['access_token', 'refresh_token', 'previous_refresh_token'],
  },
  { table: 'revocations', id: 'id', tenant: OF_ROW, prefix: 'revocations', columns: ['refresh_token'] },
  {
    table: 'authorization_requests',
    id: 'state_hash',
    tenant: OF_ROW,
    prefix: 'authorization',
    columns: ['code_verifier'],
  },
  {
    table: 'pending_connections',
    id: 'handle_hash',
    tenant: OF_ROW,
    prefix: 'authorization',
    columns: ['code', 'code_verifier'],
  },
  {
    table: 'marketplace_installs',
    id: 'code_hash',
    tenant: sql<string>`''`,
    prefix: 'marketplace_installs',
    columns: ['access_token', 'refresh_token'],
  },
];

const BATCH = 100;
/** A replica that has read the previous active key stores its tokens within this time: the timeouts of a connection and a statement. */
const SETTLE_MS = 3_000;

export interface RotationProgress {
  readonly table: string;
  readonly done: number;
  readonly total: number;
}

export interface RotationResult {
  readonly reencrypted: number;
  /** Rows that cannot be decrypted: they were altered, or need a key that is not in the ring. */
  readonly unreadable: number;
}

export interface RotationOptions {
  readonly report?: (progress: RotationProgress) => void;
  /** Waits until the replicas have stored what they encrypted with the previous key. */
  readonly settle?: () => Promise<void>;
}

/**
 * Makes the first key of the ring the active one, and encrypts all secrets again with it. Replicas can serve meanwhile.
 * Each row is updated by compare-and-set, so the rotation can be stopped at any time and started again.
 * @throws KeyMissingError when the ring lacks the key that was active before
 */
export async function rotateKeys(
  database: Database,
  cipher: TokenCipher,
  { report = () => {}, settle = () => sleep(systemClock, SETTLE_MS) }: RotationOptions = {},
): Promise<RotationResult> {
  await promote(database, cipher);
  const first = await reencryptAll(database, cipher, report);
  await settle();
  const late = await reencryptAll(database, cipher, report);
  return { reencrypted: first.reencrypted + late.reencrypted, unreadable: late.unreadable };
}

async function reencryptAll(
  { query }: Database,
  cipher: TokenCipher,
  report: (progress: RotationProgress) => void,
): Promise<RotationResult> {
  const result = { reencrypted: 0, unreadable: 0 };
  for (const encrypted of ENCRYPTED_TABLES) {
    const total = await countOutdated(query, encrypted, cipher.firstKeyId);
    let [done, unreadable] = [0, 0];
    // A row that a replica has just saved can have the old key again, so the loop runs until no update was missed.
    for (let missed = true; missed; ) {
      missed = false;
      unreadable = 0;
      let after = '';
      let rows = await readOutdated(query, encrypted, cipher.firstKeyId, after);
      while (rows.length > 0) {
        for (const row of rows) {
          const outcome = await reencrypt(query, encrypted, cipher, row);
          if (outcome === 'reencrypted') done += 1;
          else if (outcome === 'unreadable') unreadable += 1;
          else missed = true;
          after = String(row.id);
        }
        report({ table: encrypted.table, done, total: Math.max(total, done) });
        rows = await readOutdated(query, encrypted, cipher.firstKeyId, after);
      }
    }
    result.reencrypted += done;
    result.unreadable += unreadable;
  }
  return result;
}

type EncryptedRow = Readonly<Record<string, string | null>>;

async function countOutdated(query: Kysely<Tables>, { table }: EncryptedTable, newest: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)} where key_id <> ${newest}`.execute(query);
  return Number(rows[0]?.count ?? 0);
}

async function readOutdated(
  query: Kysely<Tables>,
  { table, id, tenant, columns }: EncryptedTable,
  newest: string,
  after: string,
): Promise<readonly EncryptedRow[]> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const { rows } = await sql<EncryptedRow>`
    select ${sql.ref(id)} as id, ${tenant} as tenant, key_id, ${names} from ${sql.table(table)}
    where key_id <> ${newest} and ${sql.ref(id)} > ${after} order by ${sql.ref(id)} limit ${BATCH}`.execute(query);
  return rows;
}

async function reencrypt(
  query: Kysely<Tables>,
  { table, id, prefix, columns }: EncryptedTable,
  cipher: TokenCipher,
  row: EncryptedRow,
): Promise<'reencrypted' | 'unreadable' | 'missed'> {
  const assignments = [sql`key_id = ${cipher.firstKeyId}`];
  const unchanged = [sql`${sql.ref(id)} = ${row.id}`, sql`key_id = ${row.key_id}`];
  try {
    for (const column of columns) {
      const record = row[column] ?? null;
      const location = { tenantId: row.tenant ?? '', rowId: row.id ?? '', column: `${prefix}.${column}` };
      unchanged.push(record === null ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${record}`);
      if (record !== null)
        assignments.push(sql`${sql.ref(column)} = ${cipher.encrypt(cipher.decrypt(record, location), location)}`);
    }
  } catch (error) {
    if (error instanceof DecryptionError) return 'unreadable';
    throw error;
  }
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set ${sql.join(assignments)} where ${sql.join(unchanged, sql` and `)}`.execute(query);
  return numAffectedRows === 1n ? 'reencrypted' : 'missed';
}
