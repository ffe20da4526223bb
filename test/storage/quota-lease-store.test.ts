import { describe } from 'vitest';
import { budgetSliceStoreContract } from '../contracts/budget-slice-store.ts';
import { createTestDatabase, DATABASE_KINDS } from '../helpers/databases.ts';

describe.each(DATABASE_KINDS)('slices of budgets in %s', (kind) => {
  budgetSliceStoreContract((clock) => createTestDatabase(kind, clock));
});
