import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Execute } from '../../graphql/executor.ts';
import { andThen } from '../../lib/promise-or-value.ts';

/** One executor for all ways in: an answer does not depend on the way that its request took. */
export function useExecutor(execute: Execute): Plugin {
  return { onExecute: ({ setExecuteFn }) => setExecuteFn((args) => andThen(execute(args), withStatus)) };
}

/** Variables or an operation name that did not fit: nothing was executed. */
function withStatus(result: ExecutionResult): ExecutionResult {
  if ('data' in result || !result.errors) return result;
  const extensions = { http: { status: 400 } };
  const errors = result.errors.map(
    ({ message, nodes }) => new GraphQLError(message, { nodes: nodes ?? null, extensions }),
  );
  return { errors };
}
