import type { GraphQLError } from 'graphql';
import type { Path, Positions } from './answer-positions.ts';

/**
 * Keeps the first error for each value that errors made null, and drops errors below such a value. The reference executor
 * stops at the first error below a parent that becomes null. A compiled operation also reports the later ones. The
 * specification allows both: https://spec.graphql.org/September2025/#sec-Handling-Execution-Errors
 */
export function oneErrorPerNull(errors: readonly GraphQLError[], positions: Positions): readonly GraphQLError[] {
  if (errors.length < 2) return errors;
  const nulled = new Map<string, GraphQLError>();
  const positioned = errors.map((error) => {
    const path = error.path ?? [];
    const position = path.slice(0, positions.of(path).nulledDepth);
    const key = keyOf(position);
    if (!nulled.has(key)) nulled.set(key, error);
    return { error, position, key };
  });
  return positioned
    .filter(({ error, position, key }) => nulled.get(key) === error && !isHidden(position, nulled))
    .map(({ error }) => error);
}

function isHidden(position: Path, nulled: ReadonlyMap<string, unknown>): boolean {
  return position.some((_part, depth) => nulled.has(keyOf(position.slice(0, depth))));
}

function keyOf(position: Path): string {
  return position.join('\n');
}
