import type { GraphQLError } from 'graphql';
import type { Path, Positions } from './answer-positions.ts';

/**
 * One error for each position that errors made null, the first of several; none for what a null hides. The reference
 * executor stops at the first error below a parent that becomes null, a compiled operation runs into the others, too.
 * https://spec.graphql.org/September2025/#sec-Handling-Execution-Errors: both may, and one error is enough.
 */
export function oneErrorPerNull(errors: readonly GraphQLError[], positions: Positions): readonly GraphQLError[] {
  if (errors.length < 2) return errors;
  const nulled = new Map<string, GraphQLError>();
  const placed = errors.map((error) => {
    const path = error.path ?? [];
    const position = path.slice(0, positions.of(path).nulledDepth);
    const key = keyOf(position);
    if (!nulled.has(key)) nulled.set(key, error);
    return { error, position, key };
  });
  return placed
    .filter(({ error, position, key }) => nulled.get(key) === error && !isHidden(position, nulled))
    .map(({ error }) => error);
}

function isHidden(position: Path, nulled: ReadonlyMap<string, unknown>): boolean {
  return position.some((_part, depth) => nulled.has(keyOf(position.slice(0, depth))));
}

function keyOf(position: Path): string {
  return position.join('\n');
}
