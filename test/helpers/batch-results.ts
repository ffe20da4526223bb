import { expect } from 'vitest';
import { ALICE, type Stack, type TestViewer } from './stack.ts';

/** One input of a batch mutation, as `BATCH_FIELDS` selects its result. */
export interface BatchResult {
  readonly index: number;
  readonly outcome: string;
  readonly contact?: { readonly email: string } | null;
  readonly userErrors: readonly object[];
  readonly failure: { readonly code: string } | null;
}

export const BATCH_FIELDS = `index outcome contact { email } created failure { code message }
  userErrors { __typename path ... on ValidationError { property hubspotCode } ... on ConflictError { existingHubspotId } }`;
export const CREATE_CONTACTS = `mutation ($inputs: [CreateContactInput!]!) { payload: createContacts(inputs: $inputs) { results { ${BATCH_FIELDS} } } }`;

/** The results of a mutation whose field has the alias `payload`. */
export async function batchResults(
  stack: Stack,
  query: string,
  variables: object = {},
  viewer: TestViewer = ALICE,
): Promise<readonly BatchResult[]> {
  const { data, errors } = await stack.settle(stack.query(query, variables, viewer));
  expect(errors).toBeUndefined();
  return (data as unknown as { payload: { results: readonly BatchResult[] } }).payload.results;
}

/** `count` contacts, whose addresses begin with `name`. */
export function people(name: string, count = 100) {
  return Array.from({ length: count }, (_, index) => ({ email: `${name}-${index}@one.example`, firstName: 'Ada' }));
}
