import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** What one operation may hold. */
export const LIMITS = { tokens: 2_000, depth: 12, aliases: 30, rootFields: 20 };

/** Bounds the work that a document can ask of the parser, the validator and the executor. */
export function useLimits({ introspection }: { introspection: boolean }): Plugin[] {
  return [
    {
      onParse: ({ setParseFn }) =>
        setParseFn((source, options) => parse(source, { ...options, maxTokens: LIMITS.tokens })),
      onValidate({ addValidationRule }) {
        addValidationRule(maxRootFields);
        if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      },
    },
    maxDepthPlugin({ n: LIMITS.depth, ...reporting('The operation is nested too deeply.') }),
    // `__typename` is exempt by default, which leaves the door open that the limit is there to shut.
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [], ...reporting('The operation has too many aliases.') }),
  ];
}

/** Reported like any other validation error, and without the limit's value. */
function reporting(errorMessage: string) {
  return {
    exposeLimits: false,
    errorMessage,
    propagateOnRejection: false,
    onReject: [(context: ValidationContext | null, error: GraphQLError) => context?.reportError(error)],
  };
}

function maxRootFields(context: ValidationContext): ASTVisitor {
  const count = ({ selections }: SelectionSetNode, seen: ReadonlySet<string>): number =>
    selections.reduce((sum, selection) => {
      if (sum > LIMITS.rootFields || selection.kind === Kind.FIELD) return sum + 1;
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + count(selection.selectionSet, seen);
      const fragment = context.getFragment(selection.name.value);
      if (!fragment || seen.has(fragment.name.value)) return sum;
      return sum + count(fragment.selectionSet, new Set([...seen, fragment.name.value]));
    }, 0);
  return {
    OperationDefinition(node) {
      if (count(node.selectionSet, new Set()) > LIMITS.rootFields) {
        context.reportError(new GraphQLError('The operation has too many root fields.', { nodes: node }));
      }
    },
  };
}
