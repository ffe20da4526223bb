import { Kind, valueFromASTUntyped } from 'graphql';
import { metadataOf } from './field-metadata.ts';
import type { SelectedField, Variables } from './field-tree.ts';
import { literalAt } from './input-literals.ts';

/** The largest value of `first`, for connections of a root field and for connections inside of a record. */
export const MAX_FIRST = { root: 500, nested: 100 };

/** The value of `first` when a request does not give it. */
export const DEFAULT_FIRST = 20;

/** The most inputs of a mutation of several records, as of HubSpot's batches. https://developers.hubspot.com/docs/guides/api/crm/using-object-apis */
export const MAX_INPUTS = 100;

/**
 * The most items of a field that has the argument `first`. Without `variables`, a variable counts as the largest page
 * size. Null means the default, as a missing value does.
 */
export function pageSizeOf({ node, definition }: SelectedField, variables: Variables | undefined): number {
  const max = metadataOf(definition).reads === 'associations' ? MAX_FIRST.nested : MAX_FIRST.root;
  const literal = literalAt(node, ['first']);
  if (literal?.kind === Kind.VARIABLE && !variables) return max;
  const first = literal && valueFromASTUntyped(literal, variables);
  if (typeof first === 'number') return Math.min(max, Math.max(0, first));
  const fallback: unknown = definition.args.find(({ name }) => name === 'first')?.defaultValue;
  return first == null && typeof fallback === 'number' ? fallback : max;
}
