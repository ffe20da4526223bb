import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { contextOf } from '../../../graphql/context.ts';
import type { Execute } from '../../../graphql/execution/executor.ts';
import { andThen } from '../../../lib/promise-or-value.ts';
import { type Admission, isOverloaded } from '../../admission.ts';
import { retryAfter } from '../../error-body.ts';

/** One executor for all ways in: an answer does not depend on the way that its request took. */
export function useExecutor(execute: Execute, admission: Admission): Plugin {
  const admitted = (args: ExecutionArgs) =>
    admission
      .run(contextOf(args.contextValue as object).viewer, () => andThen(execute(args), withStatus)) // Made by the endpoint.
      .catch(refused);
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(admitted) };
}

function refused(error: unknown): ExecutionResult {
  if (!isOverloaded(error)) throw error;
  const http = { status: 503, headers: retryAfter(error.extensions.retryAfterMs) };
  return { errors: [new GraphQLError(error.message, { originalError: error, extensions: { http } })] };
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
