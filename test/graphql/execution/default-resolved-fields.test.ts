import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPILED_AT_USE } from '../../../src/graphql/execution/operation-paths.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { type Answer, Stack } from '../../helpers/stack.ts';

/** Together they lead to every type that a query can answer with. */
const ROOTS = [
  'contacts(first: 3)',
  'deals(first: 3)',
  'companies(first: 2)',
  'contact(id: "100001")',
  'owners(first: 3)',
  'dealPipelines',
  'properties(objectType: CONTACT)',
  'writeRules(objectType: DEAL)',
  'installations',
  'viewer',
  'requiredScopes(document: "{ contacts { nodes { id } } }")',
];
/** What arguments are given wherever they are demanded. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  name: '"lifecyclestage"',
  names: '["lifecyclestage", "dealstage", "createdate"]',
  document: '"mutation { archiveContact(input: { id: 1 }) { archivedId } }"',
};

const FIELDS = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
  .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : []));

describe('fields with a resolver', () => {
  const resolved = (pattern: RegExp) =>
    FIELDS.filter(({ type, field }) => pattern.test(type.name) && field.resolve).map(
      ({ type, field }) => `${type.name}.${field.name}`,
    );

  it('are those of a record that lead to something else, or ask for a property by name', () => {
    const everywhere = ['owner', 'property', 'properties'];
    const others = {
      Contact: ['deals', 'companies'],
      Deal: ['stage', 'pipeline', 'contacts', 'companies'],
      Company: ['contacts', 'deals'],
    };
    for (const [type, names] of Object.entries(others)) {
      const expected = [...everywhere, ...names].map((name) => `${type}.${name}`);
      expect(resolved(new RegExp(`^${type}$`)).sort()).toEqual(expected.sort());
    }
  });

  it('are none of a connection, an edge or a page', () => {
    expect(resolved(/(Connection|Edge|PageInfo)$/)).toEqual([]);
  });

  it('are all that demand a scope or a permission', () => {
    const guarded = FIELDS.filter(({ field: { extensions } }) =>
      ['permission', 'hubspotScopes', 'hubspotScopesOf'].some((name) => name in extensions),
    );
    expect(guarded.length).toBeGreaterThan(20);
    expect(guarded.filter(({ field }) => !field.resolve)).toEqual([]);
  });
});

describe('a compiled operation', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ env: { LOG_LEVEL: 'error' } });
    await stack.connect();
  });
  afterAll(() => stack.stop());

  /** The answers of the reference executor and of the compiled operation. */
  async function both(query: string, variables: object = {}): Promise<{ reference: object; compiled: object }> {
    // The first one is parsed and validated; those after it are executed by the executor that counts them.
    await stack.query(query, variables);
    const reference = plain(await stack.query(query, variables));
    for (let use = 2; use < COMPILED_AT_USE; use += 1) await stack.query(query, variables);
    return { reference, compiled: plain(await stack.query(query, variables)) };
  }

  it.each([
    ['archive-contact', { id: '100009' }],
    ['company-360', { id: '200001' }],
    ['contact-by-email', { email: 'nobody@nowhere.example' }],
    ['contact-page', { id: '100001' }],
    ['contacts-of-company', { company: '200001' }],
    ['contacts-with-deals', { first: 10, deals: 2 }],
    ['deal-board', { first: 10 }],
    ['deal-page', { id: '300001' }],
    ['deals-by-stage', { stage: 'closedwon' }],
    ['deals', { first: 10 }],
    ['installations', {}],
    ['move-deal', { id: '300001', pipelineId: 'default', stageId: 'closedwon' }],
    ['contact-form', {}],
    ['recently-changed', { since: '2020-01-01T00:00:00Z', first: 3 }],
    ['search-box', { query: 'a' }],
  ])('answers %s as the reference executor does', async (name, variables) => {
    const file = join(import.meta.dirname, `../../../schema/operations/${name}.graphql`);
    const { reference, compiled } = await both(readFileSync(file, 'utf8'), variables);
    expect(reference).toMatchObject({ data: expect.anything(), errors: [] });
    expect(compiled).toEqual(reference);
  });

  const asked = ROOTS.map((root) => [root, everythingUnder(root)] as const);

  it.each(asked)('returns all fields below %s', async (_root, query) => {
    const { reference, compiled } = await both(query);
    expect(reference).toMatchObject({ data: expect.anything(), errors: [] });
    expect(compiled).toEqual(reference);
  });

  it('reads every plain field that a query reaches', () => {
    const seen = new Set(asked.flatMap(([, query]) => coordinates(query)));
    const plainFields = FIELDS.filter(
      ({ type, field }) => !field.resolve && !/(Payload|Error|Warning|Failure|Result)$/.test(type.name),
    );
    expect(
      plainFields.map(({ type, field }) => `${type.name}.${field.name}`).filter((name) => !seen.has(name)),
    ).toEqual([]);
  });

  it('loses what cannot be read, and nothing beside it', async () => {
    const broken = { dealname: 'Broken', amount: 'a lot', closedate: 'soon' };
    const id = stack.simulator.portals[0]?.create('deals', broken).id;
    const { reference, compiled } = await both(`{ deal(id: "${id}") { name amount closeDate createdAt } }`);
    expect(compiled).toEqual(reference);
    expect(compiled).toEqual({
      data: { deal: { name: 'Broken', amount: null, closeDate: null, createdAt: expect.any(String) } },
      errors: ['amount', 'closeDate'].map((field) =>
        expect.objectContaining({ path: ['deal', field], extensions: { code: 'HUBSPOT_BAD_RESPONSE' } }),
      ),
    });
  });
});

/** Errors in any order: failures at the same time are reported in either order. */
function plain({ data, errors = [] }: Answer): object {
  return { data, errors: errors.toSorted((a, b) => String(a.path).localeCompare(String(b.path))) };
}

/** All that the field of the query type tells, records of records included. */
function everythingUnder(root: string): string {
  const field = schema.getQueryType()?.getFields()[root.replace(/\(.*/, '')];
  return field ? `{ ${root} ${selection(field, [])} }` : '';
}

function selection({ type }: GraphQLField<unknown, unknown>, path: readonly GraphQLObjectType[]): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const crm = schema.getType('Crm');
  const elsewhere = isInterfaceType(crm) && named.getInterfaces().includes(crm) ? Object.keys(crm.getFields()) : [];
  const calls = Object.values(named.getFields()).flatMap((field) => {
    const demanded = field.args.filter((argument) => argument.type instanceof GraphQLNonNull);
    if (elsewhere.includes(field.name) || path.includes(named) || isTooDeep(field, path)) return [];
    const values = demanded.map(({ name }) => `${name}: ${ARGUMENTS[name]}`).join();
    return `${field.name}${values && `(${values})`} ${selection(field, [...path, named])}`;
  });
  return `{ __typename ${calls.join(' ')} }`;
}

/** Associated records of associated records are like associated records. */
function isTooDeep({ type }: GraphQLField<unknown, unknown>, path: readonly GraphQLObjectType[]): boolean {
  return getNamedType(type).name.endsWith('Connection') && path.length > 2;
}

function coordinates(query: string): string[] {
  const info = new TypeInfo(schema);
  const found: string[] = [];
  const Field = ({ name }: { name: { value: string } }) => {
    found.push(`${info.getParentType()?.name}.${name.value}`);
  };
  visit(parse(query), visitWithTypeInfo(info, { Field }));
  return found;
}
