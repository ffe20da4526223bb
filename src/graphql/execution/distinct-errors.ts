import { GraphQLError } from 'graphql';
import { GatewayError, isGatewayError } from '../../errors.ts';
import type { Path, Positions } from './answer-positions.ts';

/**
 * Merges errors that differ only in the row of a list: one error remains for each portal, coordinate and cause. It has
 * the path of the first row, and applies to each row where the field is null. A cause is the error's code, message and
 * extensions without `correlationId`. The merged error has the longest `retryAfterMs`.
 */
export function distinctErrors(errors: readonly GraphQLError[], positions: Positions): readonly GraphQLError[] {
  if (errors.length < 2) return errors;
  const first = new Map<string, number>();
  const distinct: GraphQLError[] = [];
  for (const error of errors) {
    const key = causeOf(error, positions);
    const index = key === undefined ? undefined : first.get(key);
    if (index === undefined) {
      if (key !== undefined) first.set(key, distinct.length);
      distinct.push(error);
    } else {
      const known = distinct[index];
      if (known) distinct[index] = merged(known, error);
    }
  }
  return distinct;
}

/** `undefined` for errors that are never merged: those of one input, of a mutation, or outside of lists. */
function causeOf({ originalError, path = [] }: GraphQLError, positions: Positions): string | undefined {
  if (!isGatewayError(originalError) || originalError.code === 'BAD_USER_INPUT') return undefined;
  const { coordinate, nulledDepth, portalDepth, isMutation } = positions.of(path);
  if (isMutation) return undefined;
  // This error names its portal and its coordinate.
  if (isGatewayError(originalError, 'MISSING_SCOPES')) {
    const { installationId, coordinate, requiredScopes } = originalError.extensions;
    return JSON.stringify([originalError.code, installationId, coordinate, requiredScopes]);
  }
  if (!path.slice(0, nulledDepth).some((part) => typeof part === 'number')) return undefined;
  const { code, message, extensions } = originalError;
  return JSON.stringify([code, message, path.slice(0, portalDepth), coordinate, extensions], (name, value) =>
    VOLATILE.has(name) ? undefined : value,
  );
}

/** Extensions that differ between calls with the same cause. */
const VOLATILE: ReadonlySet<string> = new Set(['correlationId', 'retryAfterMs']);

/** The error of the first row with the longer `retryAfterMs` of both errors. */
function merged(known: GraphQLError, other: GraphQLError): GraphQLError {
  const [first, later] = isBefore(other.path ?? [], known.path ?? []) ? [other, known] : [known, other];
  const retryAfterMs = retryAfter(later);
  const { originalError, path, nodes, locations } = first;
  if (retryAfterMs <= retryAfter(first) || !isGatewayError(originalError)) return first;
  const { code, message, cause } = originalError;
  const extensions = { ...originalError.extensions, retryAfterMs };
  const error = new GraphQLError(message, {
    nodes: nodes ?? null,
    path: path ?? null,
    originalError: new GatewayError(code, message, extensions, { cause }),
  });
  if (!error.locations && locations) Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
  return error;
}

function isBefore(path: Path, other: Path): boolean {
  const index = path.findIndex((part, depth) => part !== other[depth]);
  const [part, otherPart] = [path[index], other[index]];
  return typeof part === 'number' && typeof otherPart === 'number' && part < otherPart;
}

/** In milliseconds, 0 when the error has none. */
function retryAfter({ originalError }: GraphQLError): number {
  if (!isGatewayError(originalError)) return 0;
  const retryAfterMs: unknown = Reflect.get(originalError.extensions, 'retryAfterMs');
  return typeof retryAfterMs === 'number' ? retryAfterMs : 0;
}
