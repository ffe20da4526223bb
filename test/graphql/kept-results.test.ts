import { type GraphQLField, isNonNullType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPILED_AT_USE } from '../../src/graphql/execution/operation-paths.ts';
import { schema } from '../../src/graphql/schema.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';

const READ_ONLY_PORTAL = {
  ...SMALL_PORTAL,
  hubId: 7_654_321,
  domain: 'northgate.example',
  user: 'owner@northgate.example',
};

let stack: Stack;
/** May be written; may only be read. */
let writable: string;
let readOnly: string;

beforeAll(async () => {
  stack = await Stack.start({ simulator: { portals: [SMALL_PORTAL, READ_ONLY_PORTAL] } });
  const scopes = stack.config.hubspot.optionalScopes;
  writable = await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  readOnly = await stack.connect({ optionalScopes: [] }, undefined, { portal: String(READ_ONLY_PORTAL.hubId) });
});
afterAll(() => stack.stop());

/** What the reference executor answers, then what the compiled operation does. */
async function everyExecutor(query: string) {
  const answers = [];
  for (let use = 0; use <= COMPILED_AT_USE; use += 1) answers.push(await stack.query(query));
  return [answers[0], answers.at(-1)];
}

describe('a root field that fails', () => {
  it('takes nothing from the mutations before it, and does not stop those behind it', async () => {
    const query = `mutation {
      a: createContact(input: { installationId: "${writable}", firstName: "First" }) { contact { hubspotId } }
      b: createContact(input: { installationId: "${readOnly}", firstName: "Second" }) { contact { hubspotId } }
      c: createContact(input: { installationId: "${writable}", firstName: "Third" }) { contact { hubspotId } }
    }`;
    for (const answer of await everyExecutor(query)) {
      expect(answer?.data).toEqual({
        a: { contact: { hubspotId: expect.any(String) } },
        b: null,
        c: { contact: { hubspotId: expect.any(String) } },
      });
      expect(answer?.errors).toMatchObject([{ path: ['b'], extensions: { code: 'MISSING_SCOPES' } }]);
    }
  });

  it.each([
    [
      'a mutation of an installation',
      'refreshInstallation(installationId: "nobody") { installation { id } }',
      'NOT_FOUND',
    ],
    [
      'a connection that nobody started',
      'completeHubSpotConnection(connection: "nobody") { installation { id } }',
      'BAD_USER_INPUT',
    ],
    [
      'a scope that the app does not have',
      'connectHubSpot(input: { scopes: ["nothing"] }) { authorizeUrl }',
      'BAD_USER_INPUT',
    ],
    [
      'an association',
      'associate(input: { from: { objectType: DEAL, id: "x" }, to: { objectType: DEAL, id: "1" } }) { toId }',
      expect.any(String),
    ],
  ])('leaves the id of a new record: %s', async (_name, field, code) => {
    const query = `mutation {
      created: createContact(input: { installationId: "${writable}", firstName: "New" }) { contact { hubspotId } }
      failed: ${field}
    }`;
    for (const answer of await everyExecutor(query)) {
      expect(answer?.data).toEqual({ created: { contact: { hubspotId: expect.any(String) } }, failed: null });
      expect(answer?.errors).toMatchObject([{ path: ['failed'], extensions: { code } }]);
    }
  });

  it.each([
    ['requiredScopes', 'failed: requiredScopes(document: "{") { scopes }'],
    ['a list of installations without permission', 'failed: installations { id }'],
  ])('leaves the other queries: %s', async (_name, field) => {
    const viewer = { sub: 'eve', tenant: 'acme', scope: 'hubspot:connect' };
    const { data, errors } = await stack.query(`{ viewer { id } ${field} }`, {}, viewer);
    expect(data).toEqual({ viewer: { id: 'eve' }, failed: null });
    expect(errors).toMatchObject([{ path: ['failed'] }]);
  });
});

describe('a field that fails below', () => {
  it('leaves the installation', async () => {
    const query = `mutation {
      refreshInstallation(installationId: "${writable}") { installation { id access(document: "{") { allowed } } }
    }`;
    for (const answer of await everyExecutor(query)) {
      expect(answer?.data).toEqual({ refreshInstallation: { installation: { id: writable, access: null } } });
    }
  });

  it('leaves the row, and the other rows: a moment that cannot be read', async () => {
    answerWith('^GET .*/contacts$', { results: [record('1', 'soon'), record('2', '2026-01-01T00:00:00Z')] });
    const { data, errors } = await stack.query(
      `{ installation(id: "${writable}") { contacts(first: 2) { nodes { hubspotId createdAt } } } }`,
    );
    expect(data).toEqual({
      installation: {
        contacts: {
          nodes: [
            { hubspotId: '1', createdAt: null },
            { hubspotId: '2', createdAt: '2026-01-01T00:00:00.000Z' },
          ],
        },
      },
    });
    expect(errors).toMatchObject([
      { path: ['installation', 'contacts', 'nodes', 0, 'createdAt'], extensions: { code: 'HUBSPOT_BAD_RESPONSE' } },
    ]);
  });

  it('leaves the id of a new record: a moment that cannot be read', async () => {
    answerWith('^POST .*/contacts$', record('77', 'soon'));
    const { data, errors } = await stack.query(
      `mutation { createContact(input: { installationId: "${writable}", firstName: "New" }) { contact { hubspotId createdAt updatedAt } } }`,
    );
    expect(data).toEqual({ createContact: { contact: { hubspotId: '77', createdAt: null, updatedAt: null } } });
    expect(errors).toHaveLength(2);
  });
});

function record(id: string, at: string): object {
  return { id, properties: { firstname: 'New' }, createdAt: at, updatedAt: at, archived: false };
}

/** HubSpot's next answer to such a call. */
function answerWith(match: string, body: object): void {
  stack.simulator.faults.add({ match, times: 1, fault: { kind: 'answer', status: 200, body: JSON.stringify(body) } });
}

describe('the schema', () => {
  const FIELDS = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field] as const)
      : [],
  );

  /** Arguments may be refused, permissions and scopes lack, and whoever waits for something may wait in vain. */
  function mayFail({ args, extensions, resolve }: GraphQLField<unknown, unknown>): boolean {
    const guarded = ['permission', 'hubspotScopes', 'hubspotScopesOf'].some((name) => name in extensions);
    return args.length > 0 || guarded || resolve?.constructor.name === 'AsyncFunction';
  }

  it('lets nothing take its associated records along that may fail', () => {
    const failing = FIELDS.filter(([, field]) => mayFail(field));
    expect(failing.length).toBeGreaterThan(40);
    expect(failing.filter(([, { type }]) => isNonNullType(type)).map(([coordinate]) => coordinate)).toEqual([]);
  });
});
