import type { GatewayResult, OperationText } from 'hubspot-graphql-gateway-client';
import { useEffect, useState } from 'react';
import { gateway } from '../gateway.ts';

export interface Query<Result> extends GatewayResult<Result> {
  /** True until the answer has come. `data` is that of the answer before. */
  readonly isLoading: boolean;
}

/** Reads an operation when the component appears, and again when its variables or `reads` change. */
export function useQuery<Result, Variables>(
  operation: OperationText<Result, Variables>,
  variables: Variables,
  reads: number,
): Query<Result> {
  const [query, setQuery] = useState<Query<Result>>({ data: null, errors: [], isLoading: true });
  const key = JSON.stringify(variables);
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for variables, and reads asks for another answer
  useEffect(() => {
    let isCurrent = true;
    setQuery((before) => ({ ...before, isLoading: true }));
    gateway.request(operation, variables).then(
      (result) => isCurrent && setQuery({ ...result, isLoading: false }),
      (error: unknown) => {
        if (isCurrent) setQuery((before) => ({ ...before, isLoading: false }));
        throw error;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [operation, key, reads]);
  return query;
}
