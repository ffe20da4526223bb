import fc from 'fast-check';
import {
  buildSchema,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  isObjectType,
  isScalarType,
  Kind,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { expect, it } from 'vitest';
import { createExecutor } from '../../../src/graphql/execution/executor.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../../helpers/fuzz.ts';

const schema: GraphQLSchema = buildSchema(/* GraphQL */ `
  type Query { item(id: ID!, size: Int = 2, on: Boolean, names: [String!]): Item items(first: Float): [Item!]! all(where: Where): Int at(moment: Moment): String }
  scalar Moment
  type Mutation { add(by: Int!): Item reset: Boolean }
  interface Named { name: String }
  type Item implements Named { id: ID! name: String must: String! fails: String broken: Int late: Item items(first: Int): [Item] }
  input Where { and: [Where!] or: [Where!] name: String }
`);
const moment = schema.getType('Moment');
if (isScalarType(moment)) {
  moment.parseValue = (value) => new Date(String(value));
  moment.parseLiteral = (node) => new Date(node.kind === Kind.STRING ? node.value : Number.NaN);
}
// What is a method or a promise has a resolver, as in every schema of ours; the other fields are plain properties.
for (const [type, names] of Object.entries({
  Query: ['item', 'items', 'all', 'at'],
  Mutation: ['add', 'reset'],
  Item: ['fails', 'late', 'items'],
})) {
  for (const name of names) {
    const definition = schema.getType(type);
    if (isObjectType(definition)) Object.assign(definition.getFields()[name] ?? {}, { resolve: defaultFieldResolver });
  }
}
const item = (id: string, depth = 0): object => ({
  __typename: 'Item',
  id,
  name: `name of ${id}`,
  must: depth > 1 ? null : 'something',
  broken: 'one',
  fails: () => {
    throw new Error(`no ${id}`);
  },
  late: async () => (depth > 2 ? null : item(`${id}.late`, depth + 1)),
  items: ({ first }: { first?: number | null }) =>
    Array.from({ length: first ?? 1 }, (_, index) => (depth > 2 ? null : item(`${id}.${index}`, depth + 1))),
});
const rootValue = {
  item: ({ id, size, on, names }: { id: string; size: number; on?: boolean; names?: string[] }) =>
    item(`${id}/${size}/${on}/${names}`),
  items: async ({ first }: { first?: number }) => [item('a'), item(String(first))],
  all: ({ where }: { where?: object }) => Object.keys(where ?? {}).length,
  at: ({ moment }: { moment: unknown }) => `${moment instanceof Date} ${moment}`,
  add: ({ by }: { by: number }) => item(String(by)),
  reset: () => {
    throw new GraphQLError('not now', { extensions: { code: 'LATER' } });
  },
};

async function both(text: string, variableValues: Record<string, unknown> = {}, operationName?: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const args = { schema, document, rootValue, variableValues, operationName };
  return {
    reference: plain(await execute(args)),
    compiled: plain(await createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: 1 })(args)),
  };
}

/** As a client reads it, errors with their causes in any order: failures at the same time are reported in either order. */
function plain({ data, errors }: ExecutionResult) {
  const reported = errors
    ?.map((error) => JSON.stringify([error, error.originalError?.message, error.extensions ?? {}]))
    .sort();
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: reported };
}

/** Selections of an item, `own` among them. */
function selections(own: string): fc.Arbitrary<string> {
  return fc.letrec<{ field: string; fields: string }>((tie) => ({
    field: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('id', 'name', '__typename', 'x: name', own, '...F'),
      tie('fields').map((fields) => `late { ${fields} }`),
      tie('fields').map((fields) => `l: late { ...F ${fields} }`),
      tie('fields').map((fields) => `items(first: $two) { ${fields} }`),
      tie('fields').map((fields) => `... on Named { name ... on Item { ${fields} } }`),
    ),
    fields: fc.array(tie('field'), { minLength: 1, maxLength: 4 }).map((fields) => fields.join(' ')),
  })).fields;
}

// Not both: what else fails below a value that another failure made null is reported or not.
it.each(['must', 'fails', 'broken'])(
  'answers random operations as the reference executor does, places of errors included: %s',
  async (own) => {
    await fc.assert(
      fc.asyncProperty(selections(own), selections(own), async (first, second) => {
        const text = `query ($two: Int) { a: item(id: "1") { ${first} ...F } items(first: 1.5) { ${second} } } fragment F on Item { id late { name ${own} } }`;
        fc.pre(validate(schema, parse(text)).length === 0);
        const { reference, compiled } = await both(text, { two: 2 });
        // Of a null that must not be, the compiled operation speaks in words of its own.
        if (own === 'must') expect(compiled.data).toEqual(reference.data);
        else expect(compiled).toEqual(reference);
      }),
      { seed: FUZZ_SEED, numRuns: 50 * FUZZ_SCALE },
    );
  },
);

it.each([
  ['an ID of digits', { id: 7 }],
  ['an ID that is a fraction', { id: 1.5 }],
  ['an ID that is an object', { id: {} }],
  ['an ID that is null', { id: null }],
  ['no ID', {}],
  ['an Int beyond 32 bits', { id: '1', size: 2 ** 31 }],
  ['an Int as text', { id: '1', size: '2' }],
  ['an Int that is null', { id: '1', size: null }],
  ['a Boolean as text', { id: '1', on: 'true' }],
  ['a list of one that is no list', { id: '1', names: 'x' }],
  ['a list with null', { id: '1', names: ['x', null] }],
  ['a list', { id: '1', names: ['x', 'y'] }],
  ['more than the operation declares', { id: '1', other: 1 }],
  ['names of what objects have', { id: '1', constructor: 1, ['__proto__']: { on: true } }],
])('reads variables as the reference executor does: %s', async (_what, variables) => {
  const text =
    'query ($id: ID!, $size: Int = 3, $on: Boolean, $names: [String!]) { item(id: $id, size: $size, on: $on, names: $names) { id } }';
  const { reference, compiled } = await both(text, variables);
  expect(compiled).toEqual(reference);
});

it('runs the operation that is named, and mutations one after the other', async () => {
  const text =
    'query A { all } mutation B { a: add(by: 1) { id late { id } } reset b: add(by: 2) { must } } query C { all }';
  for (const name of ['A', 'B', 'C', 'D', undefined]) {
    const { reference, compiled } = await both(text, {}, name);
    expect(compiled).toEqual(reference);
  }
});

it.each([
  ['a number that is none', '{ item(id: "1") { broken } }', {}],
  ['an argument that is null', 'query ($id: ID = "1") { item(id: $id) { id } }', { id: null }],
])('fails as the reference executor does: %s', async (_what, text, variables) => {
  const { reference, compiled } = await both(text, variables);
  expect(reference.errors).toHaveLength(1);
  expect(compiled).toEqual(reference);
});

it.each([
  [
    'a fragment under a condition in one place',
    '{ a: item(id: "1") { ...F @include(if: $no) } b: item(id: "2") { ...F } }',
  ],
  ['a fragment twice in one place', '{ item(id: "1") { ...F @skip(if: $yes) ...F } }'],
  ['fragments in fragments', '{ item(id: "1") { ... @include(if: $no) { late { ...F } ...F } ...F late { ...F } } }'],
  ['a condition that is null', '{ item(id: "1") { ...F @include(if: $none) } }'],
  ['a name that objects have', '{ item(id: "1") { __proto__: name ...F } __proto__: items { ...F } all }'],
  ['a variable without a value inside of an input', '{ all(where: { name: $text, or: { name: $text } }) }'],
  ['a scalar of the schema as default', '{ at(moment: $moment) }'],
  ['a variable that is null inside of an input', '{ all(where: { name: $null }) }'],
  [
    'variables with values inside of an input',
    '{ all(where: { name: $must, and: [{ name: $must }, { name: $else }] }) }',
  ],
  [
    'a variable without a value inside of a list',
    '{ item(id: "1", names: [$must, $must]) { ...F } all(where: { and: [{ name: $text }] }) }',
  ],
])('answers as the reference executor does: %s', async (_what, selections) => {
  const text = `query ($yes: Boolean! = true, $no: Boolean! = false, $none: Boolean = true, $text: String, $null: String, $must: String!, $else: String = "x", $moment: Moment = "2026-01-01") ${selections} fragment F on Item { id name }`;
  const document = parse(text);
  const variableValues = { yes: true, no: false, none: null, null: null, must: 'y' };
  const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule);
  expect(validate(schema, document, rules)).toEqual([]);
  const args = { schema, document, rootValue, variableValues };
  const reference = JSON.stringify(await execute(args));
  expect(JSON.stringify(await createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: 1 })(args))).toBe(
    reference,
  );
});

it('keeps conditions of one operation out of the others of its document', async () => {
  const document = parse(
    'query A($no: Boolean!) { item(id: "1") { ...F @include(if: $no) } } query B { item(id: "1") { ...F } } fragment F on Item { id }',
  );
  const executeCompiled = createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: 1 });
  for (const operationName of ['A', 'B']) {
    const args = { schema, document, rootValue, variableValues: { no: false }, operationName };
    expect(plain(await executeCompiled(args))).toEqual(plain(await execute(args)));
  }
});

it('leaves operations whose variables may contain themselves to the reference executor', async () => {
  const text = 'query ($where: Where) { all(where: $where) }';
  const { reference, compiled } = await both(text, { where: { and: [{ or: [{ name: 'x' }] }] } });
  expect(compiled).toEqual(reference);
});

it('answers introspection as the reference executor does', async () => {
  const { reference, compiled } = await both(getIntrospectionQuery({ inputValueDeprecation: true }));
  expect(compiled).toEqual(reference);
  const typename = await both(
    '{ __typename __type(name: "Item") { name interfaces { name } } item(id: "1") { __typename } }',
  );
  expect(typename.compiled).toEqual(typename.reference);
});

it('leaves fragments that multiply to the reference executor', async () => {
  const chain = Array.from({ length: 150 }, (_, n) => `fragment f${n} on Item { ...f${n + 1} ...f${n + 1} }`).join(' ');
  const { reference, compiled } = await both(`{ item(id: "1") { ...f0 } } ${chain} fragment f150 on Item { id }`);
  expect(compiled).toEqual(reference);
});

it('compiles what comes often enough, once for each operation of a document', async () => {
  const execute = createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: 3 });
  const document = parse('query A { items { id } } query B { all }');
  for (let use = 0; use < 5; use += 1) {
    for (const operationName of ['A', 'B']) {
      expect(await execute({ schema, document, rootValue, operationName })).not.toHaveProperty('errors');
    }
  }
});

it('keeps no more than has room, and compiles anew what was put away', async () => {
  const execute = createExecutor({ maxRows: Number.POSITIVE_INFINITY, compiledAtUse: 1 });
  // Some 2,000 operations fit.
  const documents = Array.from({ length: 2_200 }, (_, index) => parse(`{ a${index}: all }`));
  for (let round = 0; round < 2; round += 1) {
    for (const [index, document] of documents.entries()) {
      expect(await execute({ schema, document, rootValue })).toEqual({ data: { [`a${index}`]: 0 } });
    }
  }
});
