import type { CodegenConfig } from '@graphql-codegen/cli';

/** As types of TypeScript. Enums are unions of texts. */
const types = {
  useTypeImports: true,
  enumsAsTypes: true,
  scalars: { DateTime: 'string', Decimal: { input: 'string | number', output: 'string' } },
};

/** Typed documents for the operations that a frontend really sends; tests send them with graphql-request. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  importExtension: '.ts',
  generates: {
    'test/generated/': {
      documents: 'schema/operations/*.graphql',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: types,
    },
    'examples/react/src/graphql/': {
      documents: 'examples/react/src/operations.ts',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...types, documentMode: 'string' },
    },
  },
};

export default config;
