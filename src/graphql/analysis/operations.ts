import {
  type ExecutionArgs,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { memoize } from './memoize.ts';

/** An operation with its schema and fragments. The `info` of a resolver has this shape. */
export interface ExecutableOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** The key of everything that is kept with a parsed operation. */
export function operationNode({ operation }: ExecutableOperation): OperationDefinitionNode {
  return operation;
}

/** The operations of a document, with its fragments. Kept with the parsed document. */
export const operationsIn = memoize(
  ({ schema, document }: Pick<ExecutionArgs, 'schema' | 'document'>): readonly ExecutableOperation[] => {
    const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
    const operations: OperationDefinitionNode[] = [];
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
      else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    }
    return operations.map((operation) => ({ schema, operation, fragments }));
  },
  ({ document }) => document,
);

/** The operation that a request executes. `undefined` for an unknown name, and without a name for several operations. */
export function operationNamed(
  operations: readonly ExecutableOperation[],
  name: string | null | undefined,
): ExecutableOperation | undefined {
  if (name == null) return operations.length === 1 ? operations[0] : undefined;
  return operations.find(({ operation }) => operation.name?.value === name);
}

/** The size of an operation as it is written, with each fragment counted at every spread. */
export interface OperationSize {
  readonly rootFields: number;
  /** Fields and inline fragments. */
  readonly selections: number;
  readonly aliases: number;
  /** The most fields inside of each other. Fragments are no levels, because they do not make the answer deeper. */
  readonly depth: number;
  /** Whether a selection has a directive. */
  readonly hasDirectives: boolean;
  /** The fragments that the operation spreads, also through other fragments. */
  readonly spread: readonly FragmentDefinitionNode[];
}

/**
 * Measures each fragment once. The operation must not have circular fragments; otherwise it need not be valid. The size
 * is kept with the parsed operation.
 */
export const sizeOf = memoize(({ operation, fragments }: ExecutableOperation): OperationSize => {
  const sizes = new Map<FragmentDefinitionNode, Omit<OperationSize, 'spread'>>();
  const sizeOfSet = (set: SelectionSetNode | undefined) => {
    const size = { rootFields: 0, selections: 0, aliases: 0, depth: 0, hasDirectives: false };
    for (const selection of set?.selections ?? []) {
      const field = selection.kind === Kind.FIELD ? selection : undefined;
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      const inside = isSpread ? sizeOfFragment(selection.name.value) : sizeOfSet(selection.selectionSet);
      // Tools nest the introspection of a schema deeply.
      const levels = !field ? inside.depth : field.name.value === '__schema' ? 0 : inside.depth + 1;
      size.rootFields += field ? 1 : inside.rootFields;
      size.selections += inside.selections + (isSpread ? 0 : 1);
      size.aliases += inside.aliases + (field?.alias ? 1 : 0);
      size.depth = Math.max(size.depth, levels);
      size.hasDirectives ||= inside.hasDirectives || (selection.directives ?? []).length > 0;
    }
    return size;
  };
  const sizeOfFragment = (name: string) => {
    const fragment = fragments[name];
    const size = (fragment && sizes.get(fragment)) ?? sizeOfSet(fragment?.selectionSet);
    if (fragment) sizes.set(fragment, size);
    return size;
  };
  return { ...sizeOfSet(operation.selectionSet), spread: [...sizes.keys()] };
}, operationNode);
