import fc from 'fast-check';
import {
  type GraphQLCompositeType,
  type GraphQLField,
  getNamedType,
  isInterfaceType,
  isRequiredArgument,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';
import { Random } from './random.ts';
import { type Choices, SelectionWriter } from './selection-writer.ts';

/** Spellings of the arguments that a field may be given. */
type Arguments = Readonly<Record<string, readonly [string, ...string[]]>>;
type Field = GraphQLField<unknown, unknown>;

const CONDITIONS = ['', '', '', '@include(if: $t)', '@skip(if: $t)', '@include(if: false)', '@skip(if: $f)'] as const;

/** Random queries over the fields of `Crm`, with aliases, inline fragments and conditions; `$t` is true, `$f` false. */
export function randomOperation(args: Arguments, without: readonly string[]): fc.Arbitrary<string> {
  const query = schema.getQueryType();
  if (!query) throw new TypeError('the schema has no query type');
  const spellings = (parent: GraphQLCompositeType, { name, args: taken }: Field) =>
    taken.length > 0 ? (args[`${parent.name}.${name}`] ?? args[name]) : undefined;
  const choices: Choices = {
    allows: (field, parent) =>
      !without.includes(`${parent.name}.${field.name}`) &&
      !without.includes(field.name) &&
      !isInterfaceType(getNamedType(field.type)) &&
      (spellings(parent, field) !== undefined || !field.args.some(isRequiredArgument)),
    argumentsOf: (field, parent, random) => random.pick(spellings(parent, field) ?? ['']),
    condition: (random) => random.pick(CONDITIONS),
    fragment: (selections, { name }, random) =>
      `${random.pick([`... on ${name}`, '... @include(if: $t)', '...'])} { ${selections} }`,
    ...{ maxFields: 25, maxLevels: 6, maxRootFields: 3 },
  };
  return fc.integer().map((seed) => {
    const selections = new SelectionWriter(new Random(seed), choices).root(query);
    return `query ($t: Boolean! = true, $f: Boolean! = false) { ${selections} on: viewer @include(if: $t) @skip(if: $f) { id } }`;
  });
}
