import { defaultFieldResolver, type GraphQLFieldResolver, getNullableType, isListType, isNonNullType } from 'graphql';
import { resolvedField, type SelectedField } from '../analysis/field-tree.ts';
import { memoize } from '../analysis/memoize.ts';

/**
 * GraphQL's default resolver, except that the items of some lists are promises: of lists whose items are non-null and
 * have a field with an asynchronous resolver. When an item fails synchronously, the reference executor drops the promises
 * of the items before it. If one of them rejects, the rejection is unhandled, and Node ends the process. The executor
 * awaits all items that are promises.
 */
export const resolveDefaultField: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  const value = defaultFieldResolver(source, args, context, info);
  if (!Array.isArray(value)) return value;
  const type = getNullableType(info.returnType);
  const needsPromises = isListType(type) && isNonNullType(type.ofType) && hasResolverBelow(resolvedField(info));
  return needsPromises ? value.map((item) => Promise.resolve(item)) : value;
};

const hasResolverBelow: (field: SelectedField) => boolean = memoize(({ fields }) =>
  fields.some((field) => field.definition.resolve !== undefined || hasResolverBelow(field)),
);
