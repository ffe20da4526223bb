import { GraphQLError, getOperationAST, parse } from 'graphql';
import { expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import { Positions } from '../../../src/graphql/execution/answer-positions.ts';
import { distinctErrors } from '../../../src/graphql/execution/distinct-errors.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { hubspotError } from '../../../src/hubspot/failed-answer.ts';

const operation = getOperationAST(
  parse(`{
    contacts { nodes { deals { nodes { stage { label } } } companies { totalCount } } } again: contacts { nodes { deals { totalCount } } }
    installations { contacts { nodes { deals { totalCount } } } } a: contact(id: 1) { deals { totalCount } } b: contact(id: 2) { id }
  }`),
);
if (!operation) throw new TypeError('there is an operation');
const positions = new Positions({ schema, operation, fragments: {} });

/** Each path with the error that it has; what is left of them, as `path: code retryAfterMs`. */
function distinct(failures: readonly (readonly [path: string, error: Error])[]): string[] {
  const errors = failures.map(([path, originalError]) => {
    const parts = path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    return new GraphQLError(originalError.message, { path: parts, originalError });
  });
  return distinctErrors(errors, positions).map(({ path, originalError }) => {
    const { code, extensions } = originalError as GatewayError; // All of them are.
    return `${path?.join('.')}: ${[code, Reflect.get(extensions, 'retryAfterMs')].join(' ').trim()}`;
  });
}

const failed = (status: number, facts: object = {}) => hubspotError({ status, ...facts });
const DEALS = (row: number) => `contacts.nodes.${row}.deals`;

it('reports one failure of many rows once, with the path of the first row, although the correlation ids differ', () => {
  const rows = Array.from(
    { length: 500 },
    (_, row) => [DEALS(499 - row), failed(500, { correlationId: `c${row}` })] as const,
  );
  expect(distinct(rows)).toEqual([`${DEALS(0)}: HUBSPOT_UNAVAILABLE`]);
});

it('reports the longest time to wait', () => {
  const rows = [10, 12, 11].map((retryAfterMs, row) => [DEALS(row), failed(429, { retryAfterMs })] as const);
  expect(distinct(rows)).toEqual([`${DEALS(0)}: RATE_LIMITED 12`]);
});

it('keeps causes apart', () => {
  const causes = [
    failed(403),
    failed(504),
    failed(500),
    failed(503),
    failed(400, { category: 'A' }),
    failed(400, { category: 'B' }),
  ];
  const rows = Array.from(
    { length: 24 },
    (_, row) => [DEALS(row), causes[row % causes.length] ?? failed(500)] as const,
  );
  expect(distinct(rows)).toEqual([
    `${DEALS(0)}: HUBSPOT_FORBIDDEN`,
    `${DEALS(1)}: HUBSPOT_TIMEOUT`,
    `${DEALS(2)}: HUBSPOT_UNAVAILABLE`,
    `${DEALS(3)}: HUBSPOT_UNAVAILABLE`,
    `${DEALS(4)}: HUBSPOT_BAD_REQUEST`,
    `${DEALS(5)}: HUBSPOT_BAD_REQUEST`,
  ]);
});

it('keeps coordinates and portals apart, and takes two lists of one portal together', () => {
  const error = failed(500);
  const paths = [
    ...[
      'contacts.nodes.1.deals',
      'contacts.nodes.1.companies',
      'again.nodes.0.deals',
      'contacts.nodes.0.deals.nodes.0.stage',
    ],
    ...[
      'installations.0.contacts.nodes.0.deals',
      'installations.0.contacts.nodes.1.deals',
      'installations.1.contacts.nodes.0.deals',
    ],
  ];
  expect(distinct(paths.map((path) => [path, error] as const))).toEqual([
    'contacts.nodes.1.deals: HUBSPOT_UNAVAILABLE',
    'contacts.nodes.1.companies: HUBSPOT_UNAVAILABLE',
    'contacts.nodes.0.deals.nodes.0.stage: HUBSPOT_UNAVAILABLE',
    'installations.0.contacts.nodes.0.deals: HUBSPOT_UNAVAILABLE',
    'installations.1.contacts.nodes.0.deals: HUBSPOT_UNAVAILABLE',
  ]);
});

it('keeps every error of a record that was named, of an input, and of the gateway', () => {
  const input = new GatewayError('BAD_USER_INPUT', 'No.', { argument: 'first' });
  const kept = [
    ['a', failed(500)],
    ['b', failed(500)],
    [DEALS(0), input],
    [DEALS(1), input],
  ] as const;
  expect(distinct(kept)).toHaveLength(4);
  const bugs = [0, 1].map(
    (row) => new GraphQLError('x', { path: ['contacts', 'nodes', row, 'deals'], originalError: new Error('x') }),
  );
  expect(distinctErrors(bugs, positions)).toEqual(bugs);
});
