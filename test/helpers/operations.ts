import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  GraphQLNonNull,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** The field with its required arguments, and with `id` wherever an id may stand in any argument. */
export function callOf({ name, args }: GraphQLField<unknown, unknown>, id: string): string {
  const values = args.flatMap((argument) => argumentOf(argument, id));
  return values.length > 0 ? `${name}(${values.join()})` : name;
}

/** All that the field's type tells without further arguments, two levels deep. */
export function selectionOf(field: GraphQLField<unknown, unknown>): string {
  return selection(getNamedType(field.type), 2);
}

/** True for what holds an `ID` somewhere inside. */
export function takesId(type: GraphQLInputType, depth = 0): boolean {
  const named = getNamedType(type);
  if (named.name === 'ID') return true;
  return (
    depth < 3 && isInputObjectType(named) && Object.values(named.getFields()).some((f) => takesId(f.type, depth + 1))
  );
}

/** The argument with `id` wherever an id may stand; nothing for an optional one that takes none. */
function argumentOf({ name, type }: Pick<GraphQLArgument, 'name' | 'type'>, id: string, depth = 0): string[] {
  if (!(type instanceof GraphQLNonNull) && (depth > 3 || !takesId(type))) return [];
  return [`${name}: ${literal(getNullableType(type), id, depth)}`];
}

function literal(type: GraphQLInputType, id: string, depth: number): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return `[${literal(nullable.ofType, id, depth)}]`;
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? '';
  if (isInputObjectType(nullable)) {
    return `{ ${Object.values(nullable.getFields()).flatMap((field) => argumentOf(field, id, depth + 1))} }`;
  }
  return { Int: '1', Boolean: 'false', ID: JSON.stringify(id) }[String(nullable)] ?? '"1"';
}

function selection(type: GraphQLNamedType, depth: number): string {
  if (isLeafType(type)) return '';
  if (!isObjectType(type) && !isInterfaceType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).filter(
    ({ args }) => !args.some((a) => a.type instanceof GraphQLNonNull),
  );
  const selections = fields.flatMap((field) => {
    const named = getNamedType(field.type);
    if (isLeafType(named)) return field.name;
    return depth > 1 ? `${field.name} ${selection(named, depth - 1)}` : [];
  });
  return `{ __typename ${selections.join(' ')} }`;
}
