import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScopeRequirement } from '../../src/crm/scopes.ts';
import { operationsOfFiles } from '../../src/graphql/analysis/frontend-scopes.ts';
import { requirementsOf } from '../../src/graphql/analysis/required-scopes.ts';
import { schema } from '../../src/graphql/schema.ts';
import { fewestScopes } from '../../src/hubspot/oauth/fewest-scopes.ts';
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
const PORTAL_TYPES = ['Contact', 'Deal', 'Company', 'Owner', 'Pipeline', 'PipelineStage'];

/** What a field needs of its own, or what its parent needed already, where that is enough. */
function requirementOf(parent: GraphQLObjectType, field: Field): ScopeRequirement | undefined {
  const enough = ['Pipeline.stages'].includes(`${parent.name}.${field.name}`) || readsDefinitions(field);
  return scopesOf(field) ?? (enough ? scopesOf(parent) : undefined);
}

/** Definitions are open to whoever may read the records. */
function readsDefinitions({ extensions }: Field): boolean {
  return Reflect.get(Object(extensions.hubspot), 'reads') === 'definitions';
}

describe('every door of the schema to HubSpot', () => {
  it.each(PORTAL_TYPES)('%s says what it takes to read one', (name) => {
    const type = schema.getType(name);
    expect(isObjectType(type) && scopesOf(type)).toEqual(expect.any(Array));
  });

  const doors = fields.filter(
    ({ parent, field }) => !isEnvelope(parent) && PORTAL_TYPES.includes(target(field)?.name ?? ''),
  );
  it.each(doors.map(({ parent, field }) => [`${parent.name}.${field.name}`, parent, field] as const))(
    '%s demands at least what its type does',
    (_coordinate, parent, field) => {
      const [requirement, ofType] = [requirementOf(parent, field), scopesOf(target(field) ?? field)];
      expect(requirement).toEqual(expect.any(Array));
      for (const alternative of requirement ?? []) {
        expect(ofType?.some((least) => least.every((scope) => alternative.includes(scope)))).toBe(true);
      }
    },
  );

  it('has a requirement wherever the connector is used, but where the id decides', () => {
    const reading = fields.filter(({ field }) => Object.hasOwn(Object(field.extensions.hubspot), 'reads'));
    const open = reading
      .filter(({ parent, field }) => !requirementOf(parent, field) && !field.extensions.hubspotScopesOf)
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

const REFS = 'from: { objectType: CONTACT, id: "100001" }, to: { objectType: DEAL, id: "300001" }';
const BATCHES: readonly (readonly [coordinate: string, document: string])[] = [
  ...[
    ['Contact', 'Contacts', 'email: "c@scopes.example"', 'id: "100003", city: "C"', 'contact { phone }'],
    ['Deal', 'Deals', 'name: "C"', 'id: "300003", name: "C"', 'deal { amount }'],
    ['Company', 'Companies', 'name: "C"', 'id: "200003", city: "C"', 'company { phone }'],
  ].flatMap(([type, plural, created, updated, selected]) => [
    [`Mutation.create${plural}`, `mutation { create${plural}(inputs: { ${created} }) { results { index } } }`] as const,
    [
      `${type}WriteResult.${selected?.split(' ')[0]}`,
      `mutation { update${plural}(inputs: { ${updated} }) { results { ${selected} } } }`,
    ] as const,
    [`Mutation.update${plural}`, `mutation { update${plural}(inputs: { ${updated} }) { results { index } } }`] as const,
    [
      `Mutation.upsert${plural}`,
      `mutation { upsert${plural}(inputs: { idProperty: "code", idValue: "1" }) { results { index } } }`,
    ] as const,
    [`Mutation.archive${plural}`, `mutation { archive${plural}(ids: "1") { results { index } } }`] as const,
  ]),
];
/** Whether HubSpot takes them or not, it demands their scopes. */
const WRITES: readonly (readonly [coordinate: string, document: string])[] = [
  ['Mutation.createContact', 'mutation { createContact(input: { email: "a@scopes.example" }) { created } }'],
  ['Mutation.createDeal', 'mutation { createDeal(input: { name: "A" }) { created } }'],
  ['Mutation.createCompany', 'mutation { createCompany(input: { name: "A" }) { created } }'],
  ['ContactPayload.contact', 'mutation { updateContact(input: { id: "100003", city: "A" }) { contact { phone } } }'],
  ['Mutation.updateContact', 'mutation { updateContact(input: { id: "100003", city: "B" }) { created } }'],
  ['DealPayload.deal', 'mutation { updateDeal(input: { id: "300003", name: "A" }) { deal { amount } } }'],
  ['Mutation.updateDeal', 'mutation { updateDeal(input: { id: "300003", name: "B" }) { created } }'],
  ['CompanyPayload.company', 'mutation { updateCompany(input: { id: "200003", city: "A" }) { company { phone } } }'],
  ['Mutation.updateCompany', 'mutation { updateCompany(input: { id: "200003", city: "B" }) { created } }'],
  ['Mutation.upsertContact', 'mutation { upsertContact(input: { idValue: "b@scopes.example" }) { created } }'],
  ['Mutation.upsertDeal', 'mutation { upsertDeal(input: { idProperty: "code", idValue: "1" }) { created } }'],
  ['Mutation.upsertCompany', 'mutation { upsertCompany(input: { idProperty: "code", idValue: "1" }) { created } }'],
  ['Mutation.archiveContact', 'mutation { archiveContact(input: { id: "100009" }) { archivedId } }'],
  ['Mutation.archiveDeal', 'mutation { archiveDeal(input: { id: "300009" }) { archivedId } }'],
  ['Mutation.archiveCompany', 'mutation { archiveCompany(input: { id: "200009" }) { archivedId } }'],
  ...BATCHES,
  [
    'MergeContactsPayload.contact',
    'mutation { mergeContacts(input: { primaryId: "100030", mergedId: "100031" }) { contact { phone } } }',
  ],
  [
    'MergeDealsPayload.deal',
    'mutation { mergeDeals(input: { primaryId: "300030", mergedId: "300031" }) { deal { description } } }',
  ],
  [
    'MergeCompaniesPayload.company',
    'mutation { mergeCompanies(input: { primaryId: "200006", mergedId: "200007" }) { company { phone } } }',
  ],
  [
    'Mutation.mergeContacts',
    'mutation { mergeContacts(input: { primaryId: "1", mergedId: "2" }) { userErrors { code } } }',
  ],
  ['Mutation.mergeDeals', 'mutation { mergeDeals(input: { primaryId: "1", mergedId: "2" }) { userErrors { code } } }'],
  [
    'Mutation.mergeCompanies',
    'mutation { mergeCompanies(input: { primaryId: "1", mergedId: "2" }) { userErrors { code } } }',
  ],
  ['Mutation.deleteContactForPrivacy', 'mutation { deleteContactForPrivacy(input: { id: "1" }) { deletedId } }'],
  ['Mutation.associate', `mutation { associate(input: { ${REFS} }) { fromId } }`],
  ['Mutation.associate', `mutation { associate(input: { ${REFS}, labels: ["Decision maker"] }) { fromId } }`],
  ['Mutation.dissociate', `mutation { dissociate(input: { ${REFS}, labels: ["Decision maker"] }) { fromId } }`],
  ['Mutation.dissociate', `mutation { dissociate(input: { ${REFS} }) { fromId } }`],
];

describe('what the schema announces is what HubSpot demands', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start();
    const scopes = stack.config.hubspot.optionalScopes;
    await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  });
  afterAll(() => stack.stop());

  it.each<readonly [string, string]>([
    ['Query.contact', '{ contact(id: "100001") { email } }'],
    ['Query.contactByEmail', '{ contactByEmail(email: "nobody@nowhere.example") { id } }'],
    ['Query.contacts', '{ contacts(first: 2) { nodes { email } } }'],
    ['Query.contacts', '{ contacts(query: "copper", orderBy: { field: CITY }) { nodes { email } } }'],
    ['Query.deals', '{ deals(filter: { property: [{ name: "hs_priority", eq: "high" }] }) { totalCount } }'],
    ['Query.companies', '{ companies(filter: { city: { exists: true } }) { nodes { contacts { nodes { email } } } } }'],
    ['Query.deal', '{ deal(id: "300001") { name } }'],
    ['Query.deals', '{ deals(first: 2) { nodes { name } } }'],
    ['Query.company', '{ company(id: "200001") { name } }'],
    ['Query.companies', '{ companies(first: 2) { nodes { name } } }'],
    ['Query.dealPipelines', '{ dealPipelines { label } }'],
    ['Query.properties', '{ properties(objectType: CONTACT) { name } }'],
    ['Query.properties', '{ a: properties(objectType: DEAL) { name } b: properties(objectType: COMPANY) { name } }'],
    ['Query.writeRules', '{ writeRules(objectType: CONTACT) { property } }'],
    ['Query.owner', '{ owner(id: "1") { email } }'],
    ['Query.owners', '{ owners { nodes { email } } }'],
    ['Query.node', '{ node(id: "Contact:1234567:100001") { ... on Contact { email } } }'],
    ['Query.node', '{ node(id: "Deal:1234567:300001") { ... on Deal { name } } }'],
    ['Query.node', '{ node(id: "Owner:1234567:1") { ... on Owner { email } } }'],
    ['Contact.deals', '{ contacts(first: 50) { nodes { deals { nodes { name } } } } }'],
    ['Query.node', '{ node(id: "Company:1234567:200001") { ... on Company { name } } }'],
    ['Query.contact', '{ contact(id: "100001") { property(name: "hs_buying_role") { raw } } }'],
    ['Query.companies', '{ companies(first: 2) { nodes { properties(names: ["type", "name"]) { label } } } }'],
    ['Contact.companies', '{ contacts(first: 50) { nodes { companies { nodes { name } } } } }'],
    ['Contact.owner', '{ contacts(first: 50) { nodes { owner { email } } } }'],
    ['Deal.contacts', '{ deal(id: "300001") { contacts { edges { labels node { email } } } } }'],
    ['Deal.companies', '{ deal(id: "300001") { companies { nodes { name } } } }'],
    ['Deal.owner', '{ deals(first: 50) { nodes { owner { email } } } }'],
    ['Deal.stage', '{ deals(first: 2) { nodes { stage { label } } } }'],
    ['Deal.pipeline', '{ deal(id: "300001") { pipeline { stages { label } } } }'],
    ['Company.contacts', '{ company(id: "200001") { contacts { edges { labels node { email } } } } }'],
    ['Company.deals', '{ companies(first: 20) { nodes { deals { nodes { name } } } } }'],
    ['Company.owner', '{ companies(first: 20) { nodes { owner { email } } } }'],
    ...WRITES,
  ])('%s: %s', async (coordinate, document) => {
    // What was cached is read again.
    stack.clock.advance(31 * 60 * 1000);
    stack.simulator.log.clear();
    const withScopesDirective = operationsOfFiles(schema, [{ name: 'test.graphql', text: document }]).flatMap(
      requirementsOf,
    );
    expect(withScopesDirective.map((field) => field.coordinate)).toContain(coordinate);

    const { errors } = await stack.query(document);
    expect(errors).toBeUndefined();
    const demanded = stack.simulator.log.crm().map(({ scopes }) => scopes);
    expect(demanded.length).toBeGreaterThan(0);
    expect(fewestScopes(demanded)).toEqual(fewestScopes(withScopesDirective.map(({ anyOf }) => anyOf)));
  });

  it('holds for every field that demands anything', () => {
    const tried = [
      'Query.contact Query.contactByEmail Query.contacts Query.deal Query.deals Query.company Query.companies',
      'Query.owner Query.owners Query.dealPipelines Query.properties Query.writeRules',
      'Contact.deals Contact.companies Contact.owner',
      'Deal.contacts Deal.companies Deal.owner Deal.stage Deal.pipeline',
      'Company.contacts Company.deals Company.owner',
      ...new Set(WRITES.map(([coordinate]) => coordinate)),
    ].flatMap((names) => names.split(' '));
    const withScopesDirective = fields.filter(
      ({ parent, field }) =>
        (scopesOf(field) ?? field.extensions.hubspotScopesOf) !== undefined && parent.name !== 'Installation',
    );
    expect(withScopesDirective.map(({ parent, field }) => `${parent.name}.${field.name}`).sort()).toEqual(tried.sort());
  });
});
