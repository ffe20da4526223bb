import {
  CombinedError,
  composeExchanges,
  type Exchange,
  makeOperation,
  mapExchange,
  type Operation,
  type OperationResult,
} from '@urql/core';
import { toGatewayError } from './errors/gateway-error.ts';
import type { Refusals } from './refusals.ts';

/** The most operations whose reads are remembered. */
const MAX_OPERATIONS = 1_000;

/**
 * Wraps the cache exchange of urql 5 and 6: `exchanges: [refusalExchange(cacheExchange(…), refusals), fetchExchange]`.
 *
 * Graphcache takes a field with an error for one that it has not read, and asks the gateway at every read. This exchange
 * lets it keep the null of a refused field, and adds the error to each result again, also to those of the cache.
 * While something is refused, and after a portal was connected again, each operation is read from the gateway once more.
 */
export function refusalExchange(cache: Exchange, refusals: Refusals): Exchange {
  /** The generation of `refusals` in which an operation was last read from the gateway. */
  const readIn = new Map<number, number>();

  function read(operation: Operation): Operation {
    if (operation.kind !== 'query' || operation.context.requestPolicy !== 'cache-first') return operation;
    const isAffected = refusals.generation > 0 || refusals.missingScopes().length > 0;
    if (!isAffected || readIn.get(operation.key) === refusals.generation) return operation;
    return makeOperation(operation.kind, operation, { ...operation.context, requestPolicy: 'cache-and-network' });
  }

  /** Below the cache. */
  function remember(result: OperationResult): OperationResult {
    const { operation, error } = result;
    if (operation.kind !== 'query' || error?.networkError) return result;
    refusals.remember(String(operation.key), result);
    readIn.delete(operation.key);
    readIn.set(operation.key, refusals.generation);
    const [oldest] = readIn.keys();
    if (readIn.size > MAX_OPERATIONS && oldest !== undefined) readIn.delete(oldest);
    const others = error?.graphQLErrors.filter((one) => toGatewayError(one).code !== 'MISSING_SCOPES') ?? [];
    if (result.data == null || others.length === error?.graphQLErrors.length) return result;
    const { error: _refused, ...accepted } = result;
    return others.length > 0 ? { ...accepted, error: new CombinedError({ graphQLErrors: others }) } : accepted;
  }

  /** Above the cache. */
  function recall(result: OperationResult): OperationResult {
    const refused = result.operation.kind === 'query' ? refusals.of(String(result.operation.key)) : [];
    if (refused.length === 0 || result.error?.networkError) return result;
    const others = result.error?.graphQLErrors ?? [];
    if (others.some((one) => toGatewayError(one).code === 'MISSING_SCOPES')) return result;
    const errors = refused.map(({ message, path, extensions }) => ({
      message,
      ...(path && { path }),
      extensions: { ...extensions },
    }));
    return { ...result, error: new CombinedError({ graphQLErrors: [...others, ...errors] }) };
  }

  return composeExchanges([
    mapExchange({ onOperation: read, onResult: recall }),
    cache,
    mapExchange({ onResult: remember }),
  ]);
}
