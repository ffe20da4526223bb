import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  getNullableType,
  isListType,
  isNonNullType,
} from 'graphql';
import { fieldsBelow, type SelectedField } from '../analysis/executable-operation.ts';

const waiting = new WeakMap<readonly FieldNode[], boolean>();

/**
 * GraphQL's default resolver, but that items which must not be null come as promises where a field below them may wait.
 * When one fails at once, the reference executor forgets those before it that still wait; when one of these fails, too,
 * nobody handles that, and Node ends the process. Of promises it forgets none.
 */
export const resolveDefaultField: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  const value = defaultFieldResolver(source, args, context, info);
  return Array.isArray(value) && mayWait(info) ? value.map((item) => Promise.resolve(item)) : value;
};

function mayWait(info: GraphQLResolveInfo): boolean {
  const known = waiting.get(info.fieldNodes);
  if (known !== undefined) return known;
  const type = getNullableType(info.returnType);
  const mayWait = isListType(type) && isNonNullType(type.ofType) && hasResolver(info, selected(info));
  waiting.set(info.fieldNodes, mayWait);
  return mayWait;
}

function selected({ parentType, fieldName, fieldNodes }: GraphQLResolveInfo): readonly SelectedField[] {
  const field = parentType.getFields()[fieldName];
  return field ? fieldNodes.map((node) => ({ node, parent: parentType, field, narrowed: false })) : [];
}

function hasResolver(info: GraphQLResolveInfo, above: readonly SelectedField[]): boolean {
  return above.some((selected) => {
    const below = fieldsBelow(info, selected);
    return below.some(({ field }) => field.resolve !== undefined) || hasResolver(info, below);
  });
}
