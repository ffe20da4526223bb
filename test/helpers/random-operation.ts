import fc from 'fast-check';
import {
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';

/** Spellings of the arguments that a field may be given. */
type Arguments = Readonly<Record<string, readonly string[]>>;

interface Part {
  readonly children: readonly Part[];
  readonly before: string;
  readonly after: string;
}

/** Levels of objects below the root; connections take three of GraphQL's. */
const MAX_LEVELS = 6;

/** Random operations over the fields of `Crm`, with aliases, fragments and conditions; `$t` is true, `$f` false. */
export function randomOperation(args: Arguments, without: readonly string[]): fc.Arbitrary<string> {
  const query = schema.getQueryType();
  if (!query) throw new TypeError('the schema has no query type');
  return fc
    .array(fieldOf(query, MAX_LEVELS, args, without), { minLength: 1, maxLength: 3 })
    .map(
      (fields) =>
        `query ($t: Boolean! = true, $f: Boolean! = false) { ${fields.map(print).join(' ')} on: viewer @include(if: $t) @skip(if: $f) { id } }`,
    );
}

function fieldOf(
  parent: GraphQLObjectType,
  levels: number,
  args: Arguments,
  without: readonly string[],
): fc.Arbitrary<Part> {
  const possible = Object.values(parent.getFields()).filter(
    (field) =>
      !without.includes(`${parent.name}.${field.name}`) &&
      !without.includes(field.name) &&
      isPossible(field, levels, args),
  );
  if (possible.length === 0) return fc.constant({ children: [], before: '__typename', after: '' });
  return fc.constantFrom(...possible).chain((field) => {
    const type = getNamedType(field.type);
    const children = isObjectType(type)
      ? fc.array(fieldOf(type, levels - 1, args, without), { minLength: 1, maxLength: 3 })
      : fc.constant([]);
    return fc
      .record({
        children,
        argument: fc.constantFrom(...(field.args.length > 0 ? argumentsOf(parent, field, args) : [''])),
        alias: fc.boolean(),
        condition: fc.constantFrom(
          '',
          '',
          '',
          '@include(if: $t)',
          '@skip(if: $t)',
          '@include(if: false)',
          '@skip(if: $f)',
        ),
        fragment: fc.constantFrom('', '', `... on ${parent.name}`, '... @include(if: $t)', '...'),
      })
      .map(({ children, argument, alias, condition, fragment }) => {
        // Fields of one response key must be the same field with the same arguments.
        const name = `${field.name}${argument.replace(/\W/g, '')}`.slice(0, 40);
        const key = alias || argument !== '' ? `${alias ? 'x' : 'y'}_${name}` : field.name;
        const call = `${key === field.name ? '' : `${key}: `}${field.name}${argument} ${condition}`;
        return {
          children,
          before: fragment === '' ? call : `${fragment} { ${call}`,
          after: fragment === '' ? '' : '}',
        };
      });
  });
}

function argumentsOf(parent: GraphQLObjectType, { name }: GraphQLField<unknown, unknown>, args: Arguments) {
  return args[`${parent.name}.${name}`] ?? args[name] ?? [''];
}

function isPossible(field: GraphQLField<unknown, unknown>, levels: number, args: Arguments): boolean {
  const type = getNamedType(field.type);
  const demands = field.args.some(
    (argument) => argument.type instanceof GraphQLNonNull && argument.defaultValue === undefined,
  );
  if (demands && !args[field.name]) return false;
  return isLeafType(type) || (isObjectType(type) && levels > 1);
}

function print({ children, before, after }: Part): string {
  return `${before} ${children.length > 0 ? `{ ${children.map(print).join(' ')} }` : ''} ${after}`;
}
