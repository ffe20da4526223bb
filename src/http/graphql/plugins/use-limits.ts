import { NoSchemaIntrospectionCustomRule, parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import {
  limitsRule,
  measureDocument,
  validateDocument,
  variablesBeyondLimits,
} from '../../../graphql/analysis/document-limits.ts';
import type { EventLoopTurns } from '../../../lib/event-loop-turns.ts';
import type { KnownDocuments } from '../known-documents.ts';
import { unprocessable } from '../status.ts';

export interface LimitsOptions {
  readonly introspection: boolean;
  readonly documents: KnownDocuments;
  readonly turns: EventLoopTurns;
}

/**
 * Limits the work of the parser, the validator and the executor for a document and its variables. Validation of a new
 * document can take 100 ms, so each validation has a turn of the event loop of its own.
 */
export function useLimits({ introspection, documents, turns }: LimitsOptions): Plugin {
  return {
    async onParams({ params, setResult }) {
      const message = variablesBeyondLimits(params.variables);
      if (message) return setResult({ errors: [unprocessable(message)] });
      if (params.query && !documents.get(params.query)) await turns.next();
    },
    onParse: ({ setParseFn }) =>
      setParseFn((source, options) => {
        measureDocument(source);
        return parse(source, options);
      }),
    onValidate({ addValidationRule, setValidationFn }) {
      setValidationFn(validateDocument);
      addValidationRule(limitsRule);
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}
