import type { Portal } from 'hubspot-graphql-gateway-simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../../helpers/stack.ts';

let stack: Stack;
let portal: Portal;
beforeAll(async () => {
  stack = await Stack.start();
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  [portal] = stack.simulator.portals as [Portal];
  const record = portal.record('contacts', '100001') ?? expect.unreachable('the portal has no such contact');
  portal.update('contacts', record, { email: 'old@one.example', city: '', fax: '' });
});
afterAll(() => stack.stop());
afterEach(() => {
  portal.requirements.contacts.length = 0;
});

/** The user errors of a mutation, or `[]`. */
async function userErrors(mutation: string) {
  const { data, errors } = await stack.query(`mutation {
    x: ${mutation} {
      created
      userErrors { __typename code message path ... on ValidationError { property hubspotCode options } }
    }
  }`);
  expect(errors).toBeUndefined();
  return (data as unknown as { x: { userErrors: readonly object[] } }).x.userErrors;
}

const WRITES = [
  ['a create', true, 'createContact', 'email: "new@one.example"'],
  ['an update', false, 'updateContact', 'id: "100001"'],
  ['an upsert of a new record', true, 'upsertContact', 'idValue: "new@one.example"'],
  ['an upsert of an existing record', false, 'upsertContact', 'idValue: "old@one.example"'],
] as const;

/** `fax` has no field of its own in the inputs. */
const PROPERTIES = [
  ['city', ['input', 'city'], 'city: null'],
  ['fax', null, 'firstName: "A"'],
  ['fax', ['input', 'properties', '0'], 'properties: [{ name: "fax", value: null }]'],
] as const;

describe.each(WRITES)('%s', (_title, isNew, mutation, target) => {
  const input = (fields: string) => `${mutation}(input: { ${target}, ${fields} })`;

  it.each(PROPERTIES)('names %s that a condition requires, at %j', async (property, path, fields) => {
    portal.requireProperty('contacts', { name: property, when: { name: 'hs_lead_status', value: 'OPEN' } });
    expect(await userErrors(input(`leadStatus: "OPEN", ${fields}`))).toEqual([
      {
        __typename: 'ValidationError',
        code: 'VALIDATION_FAILED',
        message: `HubSpot requires a value for \`${property}\` while \`hs_lead_status\` has this value.`,
        path,
        property,
        hubspotCode: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY',
        options: null,
      },
    ]);
  });

  it.each(isNew ? PROPERTIES : [])('names %s that the create form requires, at %j', async (property, path, fields) => {
    portal.requireProperty('contacts', { name: property, onCreate: true });
    expect(await userErrors(input(fields))).toEqual([
      {
        __typename: 'ValidationError',
        code: 'VALIDATION_FAILED',
        message: `HubSpot requires a value for \`${property}\`.`,
        path,
        property,
        hubspotCode: 'MISSING_REQUIRED_PROPERTY',
        options: null,
      },
    ]);
  });
});

it('names every property that is missing', async () => {
  portal.requireProperty('contacts', { name: 'city', onCreate: true });
  portal.requireProperty('contacts', { name: 'fax', when: { name: 'hs_lead_status', value: 'OPEN' } });
  expect(await userErrors('createContact(input: { email: "new@one.example", leadStatus: "OPEN" })')).toMatchObject([
    { property: 'city', hubspotCode: 'MISSING_REQUIRED_PROPERTY' },
    { property: 'fax', hubspotCode: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY' },
  ]);
});
