import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the operations that a frontend really sends; tests send them with graphql-request. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  importExtension: '.ts',
  documents: 'schema/operations/*.graphql',
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { DateTime: 'string', Decimal: { input: 'string | number', output: 'string' } },
      },
    },
  },
};

export default config;
