import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
});
afterAll(() => stack.stop());
afterEach(() => stack.simulator.faults.clear());

/** What an operation comes to when HubSpot answers one of its calls with a 207 that lists these errors. */
async function outcome(call: string, errors: readonly object[], operation: string) {
  const body = { status: 'COMPLETE', results: [], numErrors: errors.length, errors };
  const fault = { kind: 'answer', status: 207, body: JSON.stringify(body) } as const;
  const rule = stack.simulator.faults.add({ match: call, fault });
  const { data, errors: failures } = await stack.settle(stack.query(operation));
  expect(rule.hits).toBe(1);
  return { data, failures: failures?.map(({ path, extensions }) => [path?.join('.'), extensions]) };
}

/** What an error of each category means where no other input helps. */
const CATEGORIES: readonly (readonly [category: string | undefined, code: string])[] = [
  ['INVALID_AUTHENTICATION', 'HUBSPOT_UNAUTHORIZED'],
  ['EXPIRED_AUTHENTICATION', 'HUBSPOT_UNAUTHORIZED'],
  ['MISSING_SCOPES', 'HUBSPOT_FORBIDDEN'],
  ['FORBIDDEN', 'HUBSPOT_FORBIDDEN'],
  ['RATE_LIMITS', 'RATE_LIMITED'],
  ['INTERNAL_ERROR', 'HUBSPOT_UNAVAILABLE'],
  ['OF_ANOTHER_YEAR', 'HUBSPOT_BAD_RESPONSE'],
  [undefined, 'HUBSPOT_BAD_RESPONSE'],
];
const MENDABLE = [
  ['VALIDATION_ERROR', 'HUBSPOT_BAD_REQUEST'],
  ['CONFLICT', 'HUBSPOT_BAD_REQUEST'],
  ['OBJECT_ALREADY_EXISTS', 'HUBSPOT_BAD_REQUEST'],
] as const;

const failure = (category: string | undefined, context: object = {}) => ({
  status: 'error',
  ...(category !== undefined && { category }),
  message: 'secret',
  context,
});
const facts = (category: string | undefined, code: string) =>
  expect.objectContaining({ code, hubspot: { status: 207, ...(category && { category }) } });

const RECORDS = '{ a: contact(id: "100001") { email } b: contact(id: "100002") { email } }';
const ASSOCIATED =
  '{ a: contact(id: "100001") { deals { nodes { hubspotId } } } b: contact(id: "100002") { deals { nodes { hubspotId } } } }';
const PAIR = 'from: { objectType: CONTACT, id: "100020" }, to: { objectType: DEAL, id: "300040" }';

describe('207 of a read of records', () => {
  const call = '^POST .*/contacts/batch/read$';

  it.each([...CATEGORIES, ...MENDABLE])('207: %s, which names a record, is %s of that one', async (category, code) => {
    const errors = [failure(category, { ids: ['100001'] }), failure('OBJECT_NOT_FOUND', { ids: ['100002'] })];
    expect(await outcome(call, errors, RECORDS)).toEqual({
      data: { a: null, b: null },
      failures: [['a', facts(category, code)]],
    });
  });

  it.each([...CATEGORIES, ...MENDABLE])('207: %s, which names nothing, is %s of all', async (category, code) => {
    const { failures } = await outcome(call, [failure(category)], RECORDS);
    expect(failures).toEqual([
      ['a', facts(category, code)],
      ['b', facts(category, code)],
    ]);
  });

  it('207: OBJECT_NOT_FOUND is null, whether it names the records or not', async () => {
    for (const context of [{ ids: ['100001', '100002'] }, {}]) {
      const missing = { data: { a: null, b: null }, failures: undefined };
      expect(await outcome(call, [failure('OBJECT_NOT_FOUND', context)], RECORDS)).toEqual(missing);
      stack.simulator.faults.clear();
    }
  });

  it('207: errors that are only counted are HUBSPOT_BAD_RESPONSE', async () => {
    const body = JSON.stringify({ status: 'COMPLETE', results: [], numErrors: 2 });
    stack.simulator.faults.add({ match: call, fault: { kind: 'answer', status: 207, body } });
    const { errors } = await stack.query(RECORDS);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['HUBSPOT_BAD_RESPONSE', 'HUBSPOT_BAD_RESPONSE']);
  });
});

describe('207 of a read of associations', () => {
  const call = '^POST .*/contacts/deals/batch/read$';

  it.each([...CATEGORIES, ...MENDABLE])('207: %s, which names a record, is %s of that one', async (category, code) => {
    const errors = [
      failure(category, { fromObjectId: ['100001'] }),
      failure('OBJECT_NOT_FOUND', { fromObjectId: ['100002'] }),
    ];
    expect(await outcome(call, errors, ASSOCIATED)).toEqual({
      data: { a: { deals: null }, b: { deals: { nodes: [] } } },
      failures: [['a.deals', facts(category, code)]],
    });
  });

  it('207: OBJECT_NOT_FOUND is a list of none', async () => {
    const none = { deals: { nodes: [] } };
    const errors = [failure('OBJECT_NOT_FOUND', { fromObjectId: ['100001', '100002'] })];
    expect(await outcome(call, errors, ASSOCIATED)).toEqual({ data: { a: none, b: none }, failures: undefined });
  });
});

const WRITES = [
  [
    'an upsert',
    '^POST .*/batch/upsert$',
    'mutation { x: upsertContact(input: { idValue: "a@b.example", city: "A" }) { userErrors { code path } } }',
  ],
  ['an association', '^PUT .*/default/', `mutation { x: associate(input: { ${PAIR} }) { userErrors { code path } } }`],
  [
    'the end of a label',
    '^POST .*/labels/archive$',
    `mutation { x: dissociate(input: { ${PAIR}, labels: ["Decision maker"] }) { userErrors { code path } } }`,
  ],
] as const;

describe.each(WRITES)('207 of %s', (_name, call, operation) => {
  it.each(CATEGORIES)('207: %s is %s', async (category, code) => {
    const { data, failures } = await outcome(call, [failure(category)], operation);
    expect(data).toEqual({ x: null });
    expect(failures).toEqual([['x', facts(category, code)]]);
  });

  it.each([
    ['VALIDATION_ERROR', 'VALIDATION_FAILED'],
    ['CONFLICT', 'CONFLICT'],
    ['OBJECT_ALREADY_EXISTS', 'CONFLICT'],
    ['OBJECT_NOT_FOUND', 'NOT_FOUND'],
  ])('207: %s is a user error: %s', async (category, code) => {
    expect(await outcome(call, [failure(category)], operation)).toEqual({
      data: { x: { userErrors: [{ code, path: null }] } },
      failures: undefined,
    });
  });
});

it('207: an upsert says at which field the value is that HubSpot refused', async () => {
  const errors = [
    {
      ...failure('VALIDATION_ERROR'),
      errors: [{ message: 'Email address x is invalid', code: 'INVALID_EMAIL', context: { propertyName: ['email'] } }],
    },
  ];
  const operation = `mutation { x: upsertContact(input: { idValue: "x" }) {
    contact { id } created userErrors { code path message ... on ValidationError { hubspotCode } }
  } }`;
  expect(await outcome('^POST .*/batch/upsert$', errors, operation)).toMatchInlineSnapshot(`
    {
      "data": {
        "x": {
          "contact": null,
          "created": null,
          "userErrors": [
            {
              "code": "VALIDATION_FAILED",
              "hubspotCode": "INVALID_EMAIL",
              "message": "Email address x is invalid",
              "path": [
                "input",
                "idValue",
              ],
            },
          ],
        },
      },
      "failures": undefined,
    }
  `);
});
