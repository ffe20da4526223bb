import { type GraphQLArgument, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { Stack } from '../helpers/stack.ts';

let stack: Stack;
let id: string;
beforeAll(async () => {
  stack = await Stack.start();
  id = await stack.connect();
});
afterAll(() => stack.stop());

const replaced = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ args }) =>
  args.some(({ deprecationReason }) => deprecationReason === 'Use `input`.'),
);
const inputFields = (args: readonly GraphQLArgument[]) => {
  const type = args.find(({ name }) => name === 'input')?.type;
  return isInputObjectType(type) ? Object.keys(type.getFields()).sort() : [];
};

describe('mutations whose arguments stand in `input`, too', () => {
  it('have the same fields in both', () => {
    expect(replaced.map(({ name }) => name).sort()).toEqual([
      'completeHubSpotConnection',
      'disconnectInstallation',
      'refreshInstallation',
      'setDefaultInstallation',
    ]);
    for (const { args } of replaced) {
      const older = args.filter(({ deprecationReason }) => deprecationReason !== undefined);
      expect(older.map(({ name }) => name).sort()).toEqual(inputFields(args));
    }
  });

  it.each([
    ['refreshInstallation', '{ installation { id } }'],
    ['setDefaultInstallation', '{ installation { id } }'],
    ['disconnectInstallation', '{ installation { id } }'],
  ])('%s answers both the same', async (name, selection) => {
    const newer = await stack.query(`mutation ($id: ID!) { ${name}(input: { installationId: $id }) ${selection} }`, {
      id,
    });
    const older = await stack.query(`mutation ($id: ID!) { ${name}(installationId: $id) ${selection} }`, { id });
    expect(older).toEqual(newer);
    expect(newer).toMatchObject({ data: { [name]: {} } });
    if (name === 'disconnectInstallation') id = await stack.connect();
  });

  it.each(replaced.map((field) => [field.name, field] as const))('%s refuses both at once', async (name, { args }) => {
    const [argument] = args.filter(({ deprecationReason }) => deprecationReason !== undefined);
    const value = JSON.stringify(id);
    const query = `mutation { ${name}(${argument?.name}: ${value}, input: { ${argument?.name}: ${value} }) { __typename } }`;
    const { data, errors } = await stack.query(query);
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([
      { message: 'Give `input` alone.', extensions: { code: 'BAD_USER_INPUT', argument: 'input' } },
    ]);
  });

  it.each(['completeHubSpotConnection', 'disconnectInstallation', 'refreshInstallation'])(
    '%s refuses neither',
    async (name) => {
      for (const args of ['', '(input: null)']) {
        const { errors } = await stack.query(`mutation { ${name}${args} { __typename } }`);
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input' } }]);
        expect(errors?.[0]?.message).toMatch(/^Give `input` with `\w+`\.$/);
      }
    },
  );

  it('setDefaultInstallation without either removes the default', async () => {
    await stack.query('mutation ($id: ID!) { setDefaultInstallation(input: { installationId: $id }) { __typename } }', {
      id,
    });
    for (const args of ['', '(input: {})', '(input: { installationId: null })', '(installationId: null)']) {
      const { errors } = await stack.query(`mutation { setDefaultInstallation${args} { __typename } }`);
      expect(errors).toBeUndefined();
    }
  });
});
