/**
 * The text of an operation: a string, or a document of GraphQL Code Generator's client preset with
 * `documentMode: 'string'`, which carries the types of its result and variables.
 */
export interface OperationText<Result, Variables> {
  toString(): string;
  readonly __apiType?: ((variables: Variables) => Result) | undefined;
}
