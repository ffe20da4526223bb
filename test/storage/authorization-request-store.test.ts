import { describe } from 'vitest';
import { authorizationRequestStoreContract } from '../contracts/authorization-request-store.ts';
import { createTestDatabase, DATABASE_KINDS } from '../helpers/databases.ts';

describe.each(DATABASE_KINDS)('one-time rows in %s', (kind) => {
  authorizationRequestStoreContract((clock) => createTestDatabase(kind, clock));
});
