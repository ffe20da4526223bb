import { describe } from 'vitest';
import { quotaLeaseStoreContract } from '../contracts/quota-lease-store.ts';
import { createTestDatabase, DATABASE_KINDS } from '../helpers/databases.ts';

describe.each(DATABASE_KINDS)('quota leases in %s', (kind) => {
  quotaLeaseStoreContract((clock) => createTestDatabase(kind, clock));
});
