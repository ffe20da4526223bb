import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationOf } from '../../src/graphql/operation-document.ts';
import { requirementsOf } from '../../src/graphql/requirements.ts';
import { schema } from '../../src/graphql/schema.ts';
import { fewestScopes } from '../../src/hubspot/fewest-scopes.ts';
import type { ScopeRequirement } from '../../src/hubspot/scope-set.ts';
import { Stack } from '../helpers/stack.ts';

type Field = GraphQLField<unknown, unknown>;

const objectTypes = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const fields = objectTypes.flatMap((parent) => Object.values(parent.getFields()).map((field) => ({ parent, field })));

function scopesOf({ extensions }: { extensions: Readonly<Record<string, unknown>> }): ScopeRequirement | undefined {
  return extensions.hubspotScopes as ScopeRequirement | undefined;
}

/** A connection, an edge, a payload: it hands on what the field that led to it was asked for. */
function isEnvelope({ name }: GraphQLObjectType): boolean {
  return /(Connection|Edge|Payload)$/.test(name);
}

/** The type that a field leads to, through connections. */
function target(field: Field): GraphQLObjectType | undefined {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return undefined;
  const nodes = type.getFields().nodes;
  return isEnvelope(type) && nodes ? target(nodes) : type;
}

/** What lives in HubSpot alone. */
const PORTAL_TYPES = ['Contact', 'Deal', 'Owner'];

describe('every door of the schema to HubSpot', () => {
  it.each(PORTAL_TYPES)('%s says what it takes to read one', (name) => {
    const type = schema.getType(name);
    expect(isObjectType(type) && scopesOf(type)).toEqual(expect.any(Array));
  });

  const doors = fields.filter(
    ({ parent, field }) => !isEnvelope(parent) && PORTAL_TYPES.includes(target(field)?.name ?? ''),
  );
  it.each(doors.map(({ parent, field }) => [`${parent.name}.${field.name}`, field] as const))(
    '%s demands at least what its type does',
    (_coordinate, field) => {
      const [requirement, ofType] = [scopesOf(field), scopesOf(target(field) ?? field)];
      expect(requirement).toEqual(expect.any(Array));
      for (const alternative of requirement ?? []) {
        expect(ofType?.some((least) => least.every((scope) => alternative.includes(scope)))).toBe(true);
      }
    },
  );

  it('has a requirement wherever the connector is used, but where the id decides', () => {
    const reading = fields.filter(({ field }) => Object.hasOwn(Object(field.extensions.hubspot), 'reads'));
    const open = reading
      .filter(({ field }) => !scopesOf(field))
      .map(({ parent, field }) => `${parent.name}.${field.name}`);
    expect(reading.length).toBeGreaterThan(10);
    expect(open).toEqual(['Query.node']);
  });

  it('can be refused without harm to its parent', () => {
    const strict = fields.filter(
      ({ parent, field }) => scopesOf(field) && isNonNullType(field.type) && parent.name !== 'Mutation',
    );
    expect(strict.map(({ parent, field }) => `${parent.name}.${field.name}`)).toEqual([]);
  });

  it('has the same requirement on the interface and on what implements it', () => {
    for (const type of Object.values(schema.getTypeMap()).filter(isInterfaceType)) {
      for (const field of Object.values(type.getFields())) {
        for (const implementation of schema.getPossibleTypes(type)) {
          expect(scopesOf(implementation.getFields()[field.name] ?? field)).toEqual(scopesOf(field));
        }
      }
    }
  });
});

describe('what the schema announces is what HubSpot demands', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start();
    const scopes = stack.config.hubspot.optionalScopes;
    await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  });
  afterAll(() => stack.stop());

  it.each([
    ['Query.contact', '{ contact(id: "100001") { email } }'],
    ['Query.contactByEmail', '{ contactByEmail(email: "nobody@nowhere.example") { id } }'],
    ['Query.contacts', '{ contacts(first: 2) { nodes { email } } }'],
    ['Query.deal', '{ deal(id: "300001") { name } }'],
    ['Query.deals', '{ deals(first: 2) { nodes { name } } }'],
    ['Query.owner', '{ owner(id: "1") { email } }'],
    ['Query.owners', '{ owners { nodes { email } } }'],
    ['Query.node', '{ node(id: "Contact:1234567:100001") { ... on Contact { email } } }'],
    ['Query.node', '{ node(id: "Deal:1234567:300001") { ... on Deal { name } } }'],
    ['Query.node', '{ node(id: "Owner:1234567:1") { ... on Owner { email } } }'],
    ['Contact.deals', '{ contacts(first: 50) { nodes { deals { nodes { name } } } } }'],
    ['Contact.owner', '{ contacts(first: 50) { nodes { owner { email } } } }'],
    ['Deal.contacts', '{ deal(id: "300001") { contacts { edges { labels node { email } } } } }'],
    ['Deal.owner', '{ deals(first: 50) { nodes { owner { email } } } }'],
  ])('%s: %s', async (coordinate, document) => {
    // What was cached is read again.
    stack.clock.advance(31 * 60 * 1000);
    stack.simulator.log.clear();
    const announced = requirementsOf(operationOf(schema, document, undefined));
    expect(announced.map((field) => field.coordinate)).toContain(coordinate);

    const { errors } = await stack.query(document);
    expect(errors).toBeUndefined();
    const demanded = stack.simulator.log.crm().map(({ scopes }) => scopes);
    expect(demanded.length).toBeGreaterThan(0);
    expect(fewestScopes(demanded)).toEqual(fewestScopes(announced.map(({ anyOf }) => anyOf)));
  });

  it('holds for every field that demands anything', () => {
    const tried = [
      'Query.contact Query.contactByEmail Query.contacts Query.deal Query.deals Query.owner Query.owners',
      'Contact.deals Contact.owner Deal.contacts Deal.owner',
    ].flatMap((names) => names.split(' '));
    const announced = fields.filter(({ parent, field }) => scopesOf(field) && parent.name !== 'Installation');
    expect(announced.map(({ parent, field }) => `${parent.name}.${field.name}`).sort()).toEqual(tried.sort());
  });
});
