import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type ExecutableOperation, operationsIn } from '../../../src/graphql/analysis/operations.ts';
import { isCompilable, takesFastPath } from '../../../src/graphql/execution/operation-paths.ts';
import { schema } from '../../../src/graphql/schema.ts';

const QUERY = 'query ($id: ID!) { contact(id: $id) { ...F } } fragment F on Contact { email }';
const MUTATION = 'mutation { archiveContact(input: { id: "1" }) { archivedId } }';

function operation(text: string): ExecutableOperation {
  const [first] = operationsIn({ schema, document: parse(text) });
  if (!first) throw new TypeError('the document has an operation');
  return first;
}

describe('the fast path', () => {
  const request = { operation: operation(QUERY), variables: { id: '1' }, readOnly: false, inParts: false };
  it.each([
    ['a query', {}, true],
    ['a query by GET', { readOnly: true }, true],
    ['a mutation', { operation: operation(MUTATION) }, true],
    ['a mutation by GET', { operation: operation(MUTATION), readOnly: true }, false],
    ['an operation that the document does not have', { operation: undefined }, false],
    ['a client that accepts only parts', { inParts: true }, false],
    ['too many variables', { variables: { ids: Array.from({ length: 20_001 }) } }, false],
    ['a number that has lost digits', { variables: JSON.parse('{ "id": 9007199254740993 }') }, false],
  ])('for %s: %j', (_what, facts, expected) => {
    expect(takesFastPath({ ...request, ...facts })).toBe(expected);
  });
});

describe('compiled operations', () => {
  it.each([
    ['variables of scalars', QUERY, true],
    ['a condition', QUERY.replace('...F', '...F @include(if: true)'), false],
    ['a condition in a fragment', QUERY.replace('email', 'email @skip(if: true)'), false],
    [
      'a condition in a fragment of another operation',
      `${QUERY} query B { contact(id: 1) { ...G } } fragment G on Contact { email @skip(if: true) }`,
      true,
    ],
    [
      'a variable of an input type',
      'query ($filter: ContactFilter) { contacts(filter: $filter) { totalCount } }',
      false,
    ],
    [
      'a variable inside an input that can be absent',
      'query ($text: String) { contacts(filter: { email: { eq: $text } }) { totalCount } }',
      false,
    ],
    [
      'a variable inside an input that has a value',
      'query ($text: String!) { contacts(filter: { email: { eq: $text } }) { totalCount } }',
      true,
    ],
    ['the name __proto__ in a fragment', QUERY.replace('email', '__proto__: email'), false],
    ['more than 500 selections', QUERY.replace('...F', '...F '.repeat(501)), false],
  ])('%s', (_what, text, expected) => {
    expect(isCompilable(operation(text))).toBe(expected);
  });
});
