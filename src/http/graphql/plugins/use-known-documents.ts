import type { Plugin } from 'graphql-yoga';
import type { KnownDocuments } from '../known-documents.ts';

/** Records the documents that have passed all validation rules. */
export function useKnownDocuments(known: KnownDocuments): Plugin {
  return {
    onValidate:
      ({ params }) =>
      ({ valid }) => {
        if (valid) known.markValid(params.documentAST);
      },
  };
}
