import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { GraphQLError, NoSchemaIntrospectionCustomRule, parse, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LIMITS, maxRootFields, measureDocument, variablesBeyondLimits } from '../../graphql/document-limits.ts';

/** Bounds the work that a document and its variables can ask of the parser, the validator and the executor. */
export function useLimits({ introspection }: { introspection: boolean }): Plugin[] {
  return [
    {
      onParams({ params, setResult }) {
        const error = variablesBeyondLimits(params.variables);
        if (error) setResult({ errors: [error] });
      },
      onParse: ({ setParseFn }) =>
        setParseFn((source, options) => {
          measureDocument(source);
          return parse(source, options);
        }),
      onValidate({ addValidationRule }) {
        addValidationRule(maxRootFields);
        if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      },
    },
    // A fragment is not a level: what counts is how deep the answer can get.
    maxDepthPlugin({ n: LIMITS.depth, flattenFragments: true, ...reporting('The operation is nested too deeply.') }),
    // `__typename` is exempt by default, which leaves the door open that the limit is there to shut.
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [], ...reporting('The operation has too many aliases.') }),
  ];
}

/** Reported like any other validation error, and without the limit's value. */
function reporting(message: string) {
  return {
    propagateOnRejection: false,
    onReject: [(context: ValidationContext | null) => context?.reportError(new GraphQLError(message))],
  };
}
