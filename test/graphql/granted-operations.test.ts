import fc from 'fast-check';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isObjectType,
  Kind,
  parse,
  type SelectionNode,
} from 'graphql';
import { createSimulator } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScopeRequirement } from '../../src/crm/scopes.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ScopeSet } from '../../src/hubspot/oauth/scope-set.ts';
import { FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { randomOperation } from '../helpers/random-operation.ts';
import { ALICE, SMALL_PORTAL, Stack, type TestViewer } from '../helpers/stack.ts';

const SCOPES = ['contacts', 'deals', 'companies', 'owners'].map((name) => `crm.objects.${name}.read`);
/** Every subset of the scopes, the whole set last. */
const GRANTS = Array.from({ length: 1 << SCOPES.length }, (_, bits) =>
  SCOPES.filter((_scope, bit) => bits & (1 << bit)),
);
const ALL = GRANTS.length - 1;
const RUNS = 50 * FUZZ_SCALE;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({
    simulator: { app: { requiredScopes: ['oauth'], optionalScopes: SCOPES } },
    env: { HUBSPOT_SCOPES: 'oauth', HUBSPOT_OPTIONAL_SCOPES: SCOPES.join(' ') },
  });
  const [portal] = stack.simulator.portals;
  portal?.defineProperty('contacts', { name: 'favourite_colour', type: 'string', fieldType: 'text' });
  // One tenant for each grant, all in the same portal.
  for (const [index, granted] of GRANTS.entries()) {
    await stack.connect({ scopes: granted, optionalScopes: [] }, viewerOf(index), { granted });
  }
});
afterAll(() => stack.stop());

function viewerOf(grant: number): TestViewer {
  return { ...ALICE, tenant: `grant-${grant}` };
}

const OWNER = createSimulator({ portals: [SMALL_PORTAL] }).portals[0]?.owners[0]?.id ?? '';

const operations = randomOperation(
  {
    contact: ['(id: "100001")', '(id: "Contact:1234567:100004")', '(id: "1")'],
    contactByEmail: ['(email: "nobody@nowhere.example")'],
    deal: ['(id: "300001")', '(id: "300007")'],
    company: ['(id: "200001")', '(id: "Company:1234567:200007")'],
    owner: [`(id: "${OWNER}")`, '(id: "1")'],
    contacts: ['(first: 2)', '(first: 3)'],
    deals: ['(first: 2)', '(first: 1)'],
    'Query.contacts': ['(first: 4)', '(first: 2, archived: true)', '(query: "copper", first: 2)'],
    'Query.deals': ['(first: 3)', '(first: 2, orderBy: { field: AMOUNT })'],
    companies: ['(first: 1)', '(first: 2)'],
    'Query.companies': ['(first: 3)', '(first: 2, filter: { property: [{ name: "zip", exists: true }] })'],
    owners: ['(first: 3)'],
    property: ['(name: "favourite_colour")', '(name: "phone")', '(name: "nothing_of_the_kind")'],
    properties: ['(names: ["hubspot_owner_id", "city", "favourite_colour"])', '(names: [])'],
    'Query.properties': ['(objectType: CONTACT)', '(objectType: DEAL)'],
    'Query.writeRules': ['(objectType: CONTACT)', '(objectType: COMPANY)'],
    'Installation.properties': ['(objectType: COMPANY)'],
  },
  // What differs from tenant to tenant whatever it grants, or is not about a portal.
  [
    'Installation.id',
    'Installation.grantedScopes',
    'Installation.connectedAt',
    'Installation.updatedAt',
    'Installation.missingScopes',
    'installations',
    'viewer',
    'access',
    'requiredScopes',
    'node',
    'cursor',
    'endCursor',
    'startCursor',
  ],
);

it('answers every field that is granted, and lets no call leave that is not', async () => {
  await fc.assert(
    fc.asyncProperty(operations, fc.integer({ min: 0, max: ALL }), async (operation, grant) => {
      const whole = await stack.query(operation, {}, viewerOf(ALL));
      expect(whole.errors).toBeUndefined();
      stack.simulator.log.clear();
      const { data, errors } = await stack.query(operation, {}, viewerOf(grant));
      const granted = new ScopeSet(['oauth', ...(GRANTS[grant] ?? [])]);

      const mask = new Mask(parse(operation), granted);
      expect(data).toEqual(mask.apply(whole.data));

      for (const call of stack.simulator.log.crm()) {
        // A record that is not there is asked for like any other.
        if (call.status !== 404) expect(call.status).toBeLessThan(400);
        expect(granted.satisfies(call.scopes)).toBe(true);
      }
      const reported = (errors ?? []).map(({ extensions = {} }) => extensions);
      expect(reported.map(({ code }) => code).filter((code) => code !== 'MISSING_SCOPES')).toEqual([]);
      const refused = reported.map(({ coordinate, requiredScopes }) => JSON.stringify([coordinate, requiredScopes]));
      expect(refused.sort()).toEqual([...mask.refused].sort());
    }),
    { seed: FUZZ_SEED, numRuns: RUNS },
  );
});

/** What is left of an answer when fields are refused: worked out from the document and the schema's directives alone. */
class Mask {
  /** Coordinates that were refused where something stood to be refused, and what they need, as JSON. */
  readonly refused = new Set<string>();
  readonly #document: DocumentNode;
  readonly #granted: ScopeSet;

  constructor(document: DocumentNode, granted: ScopeSet) {
    this.#document = document;
    this.#granted = granted;
  }

  apply(data: unknown): unknown {
    const [operation] = this.#document.definitions;
    const root = schema.getQueryType();
    if (operation?.kind !== Kind.OPERATION_DEFINITION || !root) return data;
    return this.#object(data, root, operation.selectionSet.selections);
  }

  #object(data: unknown, type: GraphQLObjectType, selections: readonly SelectionNode[]): unknown {
    if (Array.isArray(data)) return data.map((item) => this.#object(item, type, selections));
    if (typeof data !== 'object' || data === null) return data;
    const masked: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(data)) masked[key] = this.#field(key, value, type, selections);
    return masked;
  }

  #field(key: string, value: unknown, type: GraphQLObjectType, selections: readonly SelectionNode[]): unknown {
    const nodes = included(selections).filter(({ alias, name }) => (alias ?? name).value === key);
    const field = type.getFields()[nodes[0]?.name.value ?? ''];
    if (!field) return value;
    const requirement = requirementOf(field, nodes[0]);
    if (requirement && !this.#granted.satisfies(requirement)) {
      this.refused.add(JSON.stringify([`${type.name}.${field.name}`, requirement]));
      return null;
    }
    const below = getNamedType(field.type);
    if (!isObjectType(below)) return value;
    return this.#object(
      value,
      below,
      nodes.flatMap((node) => node.selectionSet?.selections ?? []),
    );
  }
}

/** What the schema announces of a field, where its argument `objectType` decides that, too. */
function requirementOf({ extensions, args }: GraphQLField<unknown, unknown>, node?: FieldNode) {
  const scopesOf = extensions.hubspotScopesOf as ((objectType: unknown) => ScopeRequirement) | undefined;
  if (!scopesOf) return extensions.hubspotScopes as ScopeRequirement | undefined;
  const [type] = args.map((argument) => getNamedType(argument.type)).filter(isEnumType);
  const named = node?.arguments?.[0]?.value;
  return scopesOf(named?.kind === Kind.ENUM ? type?.getValue(named.value)?.value : undefined);
}

/** The fields of a selection without what its conditions leave out. */
function included(selections: readonly SelectionNode[]) {
  return selections.flatMap((selection): FieldNode[] => {
    const out = selection.directives?.some(({ name, arguments: [condition] = [] }) => {
      const { value } = condition ?? {};
      const holds =
        value?.kind === Kind.VARIABLE ? value.name.value === 't' : value?.kind === Kind.BOOLEAN && value.value;
      return name.value === 'skip' ? holds : !holds;
    });
    if (out || selection.kind === Kind.FRAGMENT_SPREAD) return [];
    return selection.kind === Kind.FIELD ? [selection] : included(selection.selectionSet.selections);
  });
}
