import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { contextOf } from '../../../graphql/context.ts';
import type { Execute } from '../../../graphql/execution/executor.ts';
import { andThen } from '../../../lib/promise-or-value.ts';
import { type Admission, isOverloaded } from '../../admission.ts';
import { retryAfter } from '../../error-body.ts';
import { unprocessable } from '../status.ts';

/** Uses the executor of the fast path, so that both paths give the same answer. */
export function useExecutor(execute: Execute, admission: Admission): Plugin {
  const admitted = (args: ExecutionArgs) =>
    admission
      .run(contextOf(args.contextValue as object).viewer, () => andThen(execute(args), withStatus)) // A GatewayContext.
      .catch(refused);
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(admitted) };
}

function refused(error: unknown): ExecutionResult {
  if (!isOverloaded(error)) throw error;
  const http = { status: 503, headers: retryAfter(error.extensions.retryAfterMs) };
  return { errors: [new GraphQLError(error.message, { originalError: error, extensions: { http } })] };
}

/** Adds an HTTP status when nothing was executed because of an invalid variable or operation name. */
function withStatus(result: ExecutionResult): ExecutionResult {
  if ('data' in result || !result.errors) return result;
  return { errors: result.errors.map(({ message, nodes }) => unprocessable(message, nodes)) };
}
