import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES, type FailureRow, nameOf } from '../helpers/failures.ts';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
afterEach(() => {
  stack.simulator.faults.clear();
  // Whatever limit was reached is forgotten.
  stack.clock.advance(2 * 60 * 60 * 1000);
});

const READS = [
  ['a list', '^GET .*/contacts$', '{ x: contacts(first: 1) { nodes { email } } }'],
  ['a search', '^POST .*/search$', '{ x: contacts(first: 1, query: "a") { nodes { email } } }'],
  ['the owners', '^GET .*/owners/', '{ x: owners { nodes { email } } }'],
] as const;

const ERRORS = 'userErrors { __typename code path }';
const PAIR = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "300040" }';
const WRITES = [
  ['a creation', '^POST .*/contacts$', `createContact(input: { firstName: "A" }) { contact { id } ${ERRORS} }`],
  ['an update', '^PATCH', `updateContact(input: { id: "100001", city: "A" }) { contact { id } ${ERRORS} }`],
  ['an upsert', '^POST .*/upsert$', `upsertContact(input: { idValue: "a@b.example" }) { contact { id } ${ERRORS} }`],
  ['an archiving', '^DELETE .*/100002$', `archiveContact(input: { id: "100002" }) { archivedId ${ERRORS} }`],
  ['an association', '^PUT .*/default/', `associate(input: { ${PAIR} }) { toId ${ERRORS} }`],
] as const;

/** What an operation comes to when HubSpot answers one of its calls with this failure. */
async function outcome(call: string, row: FailureRow, operation: string) {
  const { status, category, subCategory, policyName } = row;
  const body = JSON.stringify({ status: 'error', message: 'secret', category, subCategory, policyName });
  const rule = stack.simulator.faults.add({ match: call, fault: { kind: 'answer', status, body } });
  const answer = await stack.settle(stack.query(operation));
  expect(JSON.stringify(answer)).not.toContain('secret');
  return { ...answer, codes: answer.errors?.map(({ extensions }) => extensions?.code), hits: rule.hits };
}

/** 401 and what comes of it has tests of its own. */
const ROWS = FAILURES.filter(({ status }) => status !== 401).map((row) => [nameOf(row), row.code, row] as const);
/** Answers that HubSpot never repeats by itself, and that no wait mends. */
const isFinal = (status: number) => (status < 423 && status !== 408) || status === 477;

describe.each(READS)('%s', (_name, call, operation) => {
  it.each(ROWS)('that is answered %s is %s, with what HubSpot said of it', async (_row, code, row) => {
    const { data, codes, errors, hits } = await outcome(call, row, operation);
    expect({ data, codes }).toEqual({ data: { x: null }, codes: [code] });
    const { status, category, subCategory } = row;
    if (status !== 429) {
      const hubspot = { status, ...(category && { category }), ...(subCategory && { subCategory }) };
      expect(errors?.[0]?.extensions).toMatchObject({ hubspot });
    }
    if (isFinal(status)) expect(hits).toBe(1);
  });
});

const TYPES = { invalid: 'ValidationError', taken: 'ConflictError', absent: 'NotFoundError' } as const;
const CODES = { invalid: 'VALIDATION_FAILED', taken: 'CONFLICT', absent: 'NOT_FOUND' } as const;

describe.each(WRITES)('%s', (_name, call, field) => {
  const mendable = ROWS.filter(([, , { problems = [] }]) => problems.length > 0);
  const others = ROWS.filter((row) => !mendable.includes(row));

  it.each(others)('that is answered %s is %s', async (_row, code, row) => {
    const { codes, hits } = await outcome(call, row, `mutation { x: ${field} }`);
    expect(codes).toEqual([code]);
    // HubSpot certainly did nothing while the record was locked, or the limit was reached.
    if (row.status !== 423 && row.status !== 429) expect(hits).toBe(1);
  });

  it.each(mendable)('that is answered %s has a user error', async (_row, _code, row) => {
    const { codes, data, hits } = await outcome(call, row, `mutation { x: ${field} }`);
    expect({ codes, hits }).toEqual({ codes: undefined, hits: 1 });
    const kind = row.problems?.[0] as keyof typeof TYPES; // Every one of the rows has one.
    expect(data).toMatchObject({ x: { userErrors: [{ __typename: TYPES[kind], code: CODES[kind] }] } });
  });
});

it('associated records that cannot be read fail the rows that want them, and nothing else', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  // Owners are read meanwhile: the list does not wait for its deals.
  const operation = '{ x: contacts(first: 5) { nodes { id owner { id } deals { nodes { name } } } } }';
  const { data, codes } = await outcome(
    '^POST .*/deals/batch/read$',
    { status: 400, code: 'HUBSPOT_BAD_REQUEST' },
    operation,
  );
  await stack.settle(new Promise(setImmediate));
  process.off('unhandledRejection', note);
  expect(data).toMatchObject({ x: { nodes: Array(5).fill({ id: expect.any(String) }) } });
  expect(new Set(codes)).toEqual(new Set(['HUBSPOT_BAD_REQUEST']));
  expect(unhandled).toEqual([]);
});
