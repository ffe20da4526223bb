import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { FieldTree, type SelectedField, treeOf, type Variables } from '../../../src/graphql/analysis/field-tree.ts';
import { type ExecutableOperation, operationsIn, sizeOf } from '../../../src/graphql/analysis/operations.ts';

const schema = buildSchema(/* GraphQL */ `
  interface Named { name: String child: Named item(id: Int): Item }
  type Item implements Named { name: String child: Named item(id: Int): Item size: Int }
  type Box implements Named { name: String child: Named item(id: Int): Item lid: Item }
  type Query { item: Item named: Named }
`);

function operation(text: string): ExecutableOperation {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const [first] = operationsIn({ schema, document });
  if (!first) throw new TypeError('the document has an operation');
  return first;
}

/** The paths of all fields, with their object types. */
function paths(fields: readonly SelectedField[], prefix = ''): string[] {
  return fields.flatMap((field) => {
    const path = `${prefix}${field.responseName}:${field.coordinate}`;
    return [path, ...paths(field.fields, `${path} `)];
  });
}

/** All different fields of a tree. */
function distinct(fields: readonly SelectedField[], found = new Set<SelectedField>()): ReadonlySet<SelectedField> {
  for (const field of fields) {
    if (found.has(field)) continue;
    found.add(field);
    distinct(field.fields, found);
  }
  return found;
}

describe('the tree of an operation', () => {
  it('merges the selections of one response name across fragments, in the order of the document', () => {
    const text = `{ item { a: name ...F item(id: 1) { size } } ...Q }
      fragment F on Item { item(id: 1) { name } size __typename } fragment Q on Query { item { b: name } __typename }`;
    expect(paths(treeOf(operation(text)).fields)).toEqual([
      'item:Query.item',
      'item:Query.item a:Item.name',
      'item:Query.item item:Item.item',
      'item:Query.item item:Item.item name:Item.name',
      'item:Query.item item:Item.item size:Item.size',
      'item:Query.item size:Item.size',
      'item:Query.item b:Item.name',
    ]);
  });

  it('has the fields of each possible object type, and knows which ones a type condition narrows', () => {
    const text = '{ named { name ... on Item { size } ... on Named { child { __typename } } ... on Box { name } } }';
    const [named] = treeOf(operation(text)).fields;
    expect(named?.fields.map(({ coordinate }) => coordinate)).toEqual([
      'Item.name',
      'Box.name',
      'Item.size',
      'Item.child',
      'Box.child',
    ]);
    expect([...(named?.narrowed ?? [])].map(({ coordinate }) => coordinate)).toEqual(['Box.name', 'Item.size']);
  });

  it.each<[string, Variables | undefined, string[]]>([
    ['without variables', undefined, ['name', 'size', 'child', 'item']],
    ['with a condition that is true', { yes: true }, ['name', 'child']],
    ['with a condition that is false', { yes: false }, ['size', 'item']],
  ])('leaves out what conditions exclude: %s', (_case, variables, names) => {
    const text = `query ($yes: Boolean!) { item {
      ... @include(if: $yes) { name } size @skip(if: $yes) ...F @include(if: $yes) ...G @skip(if: $yes) never: name @skip(if: true)
    } } fragment F on Item { child { name } } fragment G on Item { item { name } }`;
    const [item] = new FieldTree(operation(text), variables).fields;
    expect(item?.fields.map(({ responseName }) => responseName)).toEqual(names);
  });

  it('keeps the condition of one spread out of another spread of the same fragment', () => {
    const text = 'query ($yes: Boolean!) { item { ...F @include(if: $yes) ...F } } fragment F on Item { name }';
    const [item] = new FieldTree(operation(text), { yes: false }).fields;
    expect(item?.fields.map(({ responseName }) => responseName)).toEqual(['name']);
  });

  it('does not grow with fragments that spread each other repeatedly', () => {
    const chain = Array.from(
      { length: 60 },
      (_, n) => `fragment f${n} on Item { a: item(id: 1) { ...f${n + 1} } b: item(id: 2) { ...f${n + 1} } ...g ...g }`,
    );
    const text = `{ item { ...f0 ...f0 } } ${chain.join(' ')} fragment f60 on Item { name } fragment g on Item { size }`;
    // `a` and `b` of each level share what they select below them.
    expect(distinct(treeOf(operation(text)).fields).size).toBeLessThan(4 * 60);
    expect(sizeOf(operation(text))).toMatchObject({ aliases: expect.any(Number), depth: 62, hasDirectives: false });
    expect(sizeOf(operation(text)).aliases).toBeGreaterThan(2 ** 60);
  });

  it('is kept with the parsed operation', () => {
    const parsed = operation('{ item { name } }');
    expect(treeOf({ ...parsed })).toBe(treeOf(parsed));
  });
});

it('the size of an operation counts each fragment at every spread', () => {
  const text = `{ item { ...F } a: item { ... { ...F } b: name } ... { item { name } } } fragment F on Item { c: name d: child { name } }`;
  const { spread, ...size } = sizeOf(operation(text));
  // Three fields at the root; three fields of the fragment, twice; `b`, `name`, and two inline fragments.
  expect(size).toEqual({ rootFields: 3, selections: 3 + 6 + 2 + 2, aliases: 2 + 4, depth: 3, hasDirectives: false });
  expect(spread.map(({ name }) => name.value)).toEqual(['F']);
});
