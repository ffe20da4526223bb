import type { Plugin } from 'graphql-yoga';
import type { KnownDocuments } from '../known-documents.ts';

/** Remembers which documents passed every rule of validation. */
export function useKnownDocuments(known: KnownDocuments): Plugin {
  return {
    onValidate:
      ({ params }) =>
      ({ valid }) => {
        if (valid) known.markValid(params.documentAST);
      },
  };
}
