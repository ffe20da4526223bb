import { NoSchemaIntrospectionCustomRule, parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import {
  LIMIT_RULES,
  measureDocument,
  validateDocument,
  variablesBeyondLimits,
} from '../../../graphql/analysis/document-limits.ts';

/** Bounds the work that a document and its variables can ask of the parser, the validator and the executor. */
export function useLimits({ introspection }: { introspection: boolean }): Plugin {
  return {
    onParams({ params, setResult }) {
      const error = variablesBeyondLimits(params.variables);
      if (error) setResult({ errors: [error] });
    },
    onParse: ({ setParseFn }) =>
      setParseFn((source, options) => {
        measureDocument(source);
        return parse(source, options);
      }),
    onValidate({ addValidationRule, setValidationFn }) {
      setValidationFn(validateDocument);
      for (const rule of LIMIT_RULES) addValidationRule(rule);
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}
