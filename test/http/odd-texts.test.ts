import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { Stack } from '../helpers/stack.ts';

const TEXTS = ['a\ud800@b.example', 'a\u0000@b.example'];

/** One place in an argument where a text may stand. */
interface Place {
  readonly title: string;
  readonly document: string;
  variables(text: string): object;
}

/** Every place of every root field that takes a text or an id. */
function places(kind: 'query' | 'mutation'): Place[] {
  const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(type?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap((argument) =>
      textsIn(argument.type, 2).map(({ path, build }) => ({
        title: `${field.name}(${[argument.name, ...path].join('.')})`,
        document: `${kind} ${documentOf(field)}`,
        variables: (text) => ({ ...requiredOf(field.args), [argument.name]: build(text) }),
      })),
    ),
  );
}

function documentOf({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const variables = args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const given = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  return `(${variables}) { ${name}(${given}) ${isLeafType(getNamedType(type)) ? '' : '{ __typename }'} }`;
}

interface TextPlace {
  readonly path: readonly string[];
  build(text: string): unknown;
}

function textsIn(type: GraphQLInputType, depth: number): TextPlace[] {
  if (isNonNullType(type)) return textsIn(type.ofType, depth);
  if (isListType(type))
    return textsIn(type.ofType, depth).map(({ path, build }) => ({ path, build: (text) => [build(text)] }));
  if (isInputObjectType(type)) {
    if (depth === 0) return [];
    const fields = Object.values(type.getFields());
    const required = () =>
      type.isOneOf
        ? {}
        : Object.fromEntries(fields.filter(isRequiredInputField).map((field) => [field.name, example(field.type)]));
    return fields.flatMap((field) =>
      textsIn(field.type, depth - 1).map(({ path, build }) => ({
        path: [field.name, ...path],
        build: (text) => ({ ...required(), [field.name]: build(text) }),
      })),
    );
  }
  return isEnumType(type) || ['Int', 'Float', 'Boolean'].includes(type.name)
    ? []
    : [{ path: [], build: (text) => text }];
}

function requiredOf(args: readonly GraphQLArgument[]): object {
  return Object.fromEntries(
    args.filter(({ type }) => isNonNullType(type)).map(({ name, type }) => [name, example(type)]),
  );
}

/** A value that passes, of whatever type. */
function example(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return example(type.ofType);
  if (isListType(type)) return [example(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, example(field.type)]));
  }
  return type.name === 'Boolean' ? true : type.name === 'Int' || type.name === 'Float' ? 1 : '101';
}

describe('texts that no UTF-8 or no Postgres can hold', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ database: 'postgres' });
    const scopes = stack.config.hubspot.optionalScopes;
    await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  });
  afterAll(() => stack.stop());

  const byField = Map.groupBy([...places('query'), ...places('mutation')], ({ title }) => title.split('(')[0]);
  it.each([...byField])('%s takes them for no error of the gateway', async (_field, all) => {
    for (const { title, document, variables } of all) {
      for (const text of TEXTS) {
        const { raw, answer } = await stack.send(document, variables(text));
        const codes = answer.errors?.map(({ extensions }) => extensions?.code) ?? [];
        expect([title, raw.status < 500, codes]).toEqual([
          title,
          true,
          expect.not.arrayContaining(['INTERNAL_SERVER_ERROR']),
        ]);
      }
    }
  });

  it('an address is refused before it stands in a URL', async () => {
    stack.simulator.log.clear();
    const query = 'query ($x: String!) { contactByEmail(email: $x) { companies(first: 1) { nodes { id } } } }';
    const { errors } = await stack.query(query, { x: 'a\ud800@b.example' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'email' } }]);
    expect(stack.simulator.log.crm()).toEqual([]);
  });
});
