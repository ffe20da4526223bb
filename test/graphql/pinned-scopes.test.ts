import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopesOfFiles } from '../../src/cli/scopes.ts';
import { Stack } from '../helpers/stack.ts';

const OPERATIONS = join(import.meta.dirname, '../../schema/operations');
const [CONTACTS, DEALS] = ['crm.objects.contacts.read', 'crm.objects.deals.read'];
const [COMPANIES, OWNERS] = ['crm.objects.companies.read', 'crm.objects.owners.read'];
const [WRITE_CONTACTS, WRITE_DEALS] = ['crm.objects.contacts.write', 'crm.objects.deals.write'];

/** What each operation of a frontend needs: a change here is a change of what customers are asked for. */
const PINNED: Readonly<Record<string, readonly string[]>> = {
  'archive-contact.graphql': [WRITE_CONTACTS],
  'archive-contacts.graphql': [WRITE_CONTACTS],
  'company-360.graphql': [COMPANIES, CONTACTS, DEALS, OWNERS],
  'complete-hubspot-connection.graphql': [],
  'connect-hubspot.graphql': [],
  'contact-by-email.graphql': [CONTACTS],
  'contact-form.graphql': [CONTACTS],
  'contact-page.graphql': [COMPANIES, CONTACTS, DEALS, OWNERS],
  'contacts-of-company.graphql': [COMPANIES, CONTACTS],
  'contacts-with-deals.graphql': [CONTACTS, DEALS],
  'create-contact.graphql': [CONTACTS, WRITE_CONTACTS],
  'create-contacts.graphql': [CONTACTS, WRITE_CONTACTS],
  'create-deal.graphql': [CONTACTS, DEALS, WRITE_DEALS],
  'deal-board.graphql': [COMPANIES, DEALS, OWNERS],
  'deal-form.graphql': [DEALS, OWNERS],
  'deal-page.graphql': [CONTACTS, DEALS],
  'deals-by-stage.graphql': [DEALS],
  'deals.graphql': [DEALS],
  'installations.graphql': [],
  'label-contact-of-deal.graphql': [WRITE_CONTACTS, WRITE_DEALS],
  'merge-contacts.graphql': [CONTACTS, WRITE_CONTACTS],
  'move-deal.graphql': [DEALS, WRITE_DEALS],
  'operation-access.graphql': [],
  'recently-changed.graphql': [CONTACTS],
  'search-box.graphql': [COMPANIES, CONTACTS, DEALS],
  'upsert-contact.graphql': [CONTACTS, WRITE_CONTACTS],
};

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

async function required(document: string) {
  const { data, errors } = await stack.query(
    'query ($document: String!) { requiredScopes(document: $document) { scopes } }',
    {
      document,
    },
  );
  expect(errors).toBeUndefined();
  return (data as unknown as { requiredScopes: { scopes: string[] } }).requiredScopes;
}

describe('the scopes of an operation', () => {
  it('are pinned for every operation of a frontend', () => {
    expect(readdirSync(OPERATIONS).sort()).toEqual(Object.keys(PINNED).sort());
  });

  it.each(Object.entries(PINNED))('of %s', async (file, scopes) => {
    const document = readFileSync(join(OPERATIONS, file), 'utf8');
    expect(await required(document)).toMatchObject({ scopes });
    const report = await scopesOfFiles([join(OPERATIONS, file)], []);
    expect(report.operations.map((operation) => operation.scopes)).toEqual([scopes]);
    expect(report.scopes).toEqual(scopes);
  });
});
