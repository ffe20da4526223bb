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

const asyncLists = new WeakMap<readonly FieldNode[], boolean>();

/**
 * GraphQL's default resolver, except that the items of some lists are promises: of lists whose items are non-null and
 * have a field with an asynchronous resolver. When an item fails synchronously, the reference executor drops the promises
 * of the items before it. If one of them rejects, the rejection is unhandled, and Node ends the process. The executor
 * awaits all items that are promises.
 */
export const resolveDefaultField: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  const value = defaultFieldResolver(source, args, context, info);
  return Array.isArray(value) && needsPromises(info) ? value.map((item) => Promise.resolve(item)) : value;
};

function needsPromises(info: GraphQLResolveInfo): boolean {
  const cached = asyncLists.get(info.fieldNodes);
  if (cached !== undefined) return cached;
  const type = getNullableType(info.returnType);
  const result = isListType(type) && isNonNullType(type.ofType) && hasResolverBelow(info, selectedFields(info));
  asyncLists.set(info.fieldNodes, result);
  return result;
}

function selectedFields({ parentType, fieldName, fieldNodes }: GraphQLResolveInfo): readonly SelectedField[] {
  const field = parentType.getFields()[fieldName];
  return field ? fieldNodes.map((node) => ({ node, parent: parentType, field, narrowed: false })) : [];
}

function hasResolverBelow(info: GraphQLResolveInfo, fields: readonly SelectedField[]): boolean {
  return fields.some((selected) => {
    const below = fieldsBelow(info, selected);
    return below.some(({ field }) => field.resolve !== undefined) || hasResolverBelow(info, below);
  });
}
