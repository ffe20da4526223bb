import { Client } from '@hubspot/api-client';
import fc from 'fast-check';
import type { Owner } from 'hubspot-graphql-gateway-simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CRM_READ } from '../../packages/simulator/test/helpers/searched-portal.ts';
import { announceSeed, FUZZ_SCALE, FUZZ_SEED } from '../helpers/fuzz.ts';
import { PROPERTIES, TAKEN, type Typename } from '../helpers/random-values.ts';
import { inputOf, LABELS, randomWrite, type Targets, type Write } from '../helpers/random-writes.ts';
import { SMALL_PORTAL, Stack } from '../helpers/stack.ts';
import { apply, judge, type World } from '../helpers/written-world.ts';

// What HubSpot's own SDK reads after each operation is what a plain account of its writes, made here, says.

const OPERATIONS = 70 * FUZZ_SCALE;

const PLURALS = { Contact: 'contacts', Deal: 'deals', Company: 'companies' } as const;
const ADA: Owner = {
  ...{ id: '41', email: 'ada@meadowbrook.example', type: 'PERSON', firstName: 'Ada', lastName: 'Berg', userId: 7 },
  ...{ userIdIncludingInactive: 7, createdAt: '2024-01-01T00:00:00Z', updatedAt: '2024-01-01T00:00:00Z' },
  archived: false,
};

let stack: Stack;
let sdk: Client;
let targets: Targets;
beforeAll(async () => {
  const size = { contacts: 0, deals: 0, companies: 0 };
  stack = await Stack.start({ simulator: { portals: [{ ...SMALL_PORTAL, size }] } });
  const [portal] = stack.simulator.portals;
  if (!portal) throw new TypeError('the simulator has no portal');
  portal.owners.push(ADA);
  const likes = ['tea', 'coffee'].map((value) => ({
    value,
    label: value,
    description: '',
    displayOrder: 0,
    hidden: false,
  }));
  portal.defineProperty('contacts', { name: 'shoe_size', type: 'number', fieldType: 'number' });
  portal.defineProperty('contacts', { name: 'is_vip', type: 'bool', fieldType: 'booleancheckbox' });
  portal.defineProperty('contacts', { name: 'birthday', type: 'date', fieldType: 'date' });
  portal.defineProperty('contacts', { name: 'likes', type: 'enumeration', fieldType: 'checkbox', options: likes });
  portal.create('contacts', { email: TAKEN });
  const three = (type: 'contacts' | 'deals' | 'companies', values: object) =>
    [1, 2, 3].map(
      (n) => portal.create(type, { ...values, ...(type === 'contacts' && { lastname: `Person ${n}` }) }).id,
    );
  targets = {
    Contact: three('contacts', {}),
    Deal: three('deals', { dealname: 'A', dealstage: 'contractsent', pipeline: 'default' }),
    Company: three('companies', { name: 'A' }),
  };
  const [aside, deal] = [portal.create('contacts', { lastname: 'Aside' }).id, targets.Deal[0] ?? ''];
  for (const label of LABELS) portal.associate({ type: 'contacts', id: aside }, { type: 'deals', id: deal }, { label });
  const scopes = stack.config.hubspot.optionalScopes;
  await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
  const { accessToken } = stack.simulator.grants.issueTokens({ portal, scopes: CRM_READ });
  sdk = new Client({ basePath: stack.config.hubspot.apiUrl, accessToken: accessToken.token });
});
afterAll(() => stack.stop());

const known: Record<Typename, Set<string>> = { Contact: new Set(), Deal: new Set(), Company: new Set() };

async function readWorld(): Promise<World> {
  const world: World = { records: { Contact: {}, Deal: {}, Company: {} }, pairs: {}, employers: {} };
  for (const type of ['Contact', 'Deal', 'Company'] as const) {
    const inputs = [...known[type]].map((id) => ({ id }));
    if (inputs.length === 0) continue;
    const { results } = await sdk.crm[PLURALS[type]].batchApi.read({
      inputs,
      properties: [...PROPERTIES[type]],
      propertiesWithHistory: [],
    });
    for (const { id, properties } of results)
      world.records[type][id] = Object.fromEntries(PROPERTIES[type].map((name) => [name, properties[name] ?? null]));
  }
  const associations = sdk.crm.associations.v4.basicApi;
  for (const id of Object.keys(world.records.Contact)) {
    const { results } = await associations.getPage('contacts', id, 'deals');
    for (const { toObjectId, associationTypes } of results)
      world.pairs[`${id}>${toObjectId}`] = associationTypes.flatMap(({ label }) => label ?? []).sort();
  }
  for (const type of ['Contact', 'Deal'] as const) {
    for (const id of Object.keys(world.records[type])) {
      const { results } = await associations.getPage(PLURALS[type], id, 'companies');
      world.employers[`${type} ${id}`] = results.map(({ toObjectId }) => String(toObjectId)).sort();
    }
  }
  return world;
}

/** One operation that holds all of the writes, each as a field `w0`, `w1` … */
function operationOf(writes: readonly Write[]) {
  const fields = writes.map((write, index) => {
    const name = 'type' in write ? `${write.verb}${write.type}` : write.verb;
    return { name, index, inputType: `${name[0]?.toUpperCase()}${name.slice(1)}Input!`, payload: payloadOf(write) };
  });
  const variables = fields.map(({ index, inputType }) => `$w${index}: ${inputType}`).join(', ');
  const errors = 'userErrors { __typename path }';
  return {
    query: `mutation (${variables}) { ${fields.map(({ name, index, payload }) => `w${index}: ${name}(input: $w${index}) { ${payload} ${errors} }`).join(' ')} }`,
    variables: Object.fromEntries(writes.map((write, index) => [`w${index}`, inputOf(write)])),
  };
}

function payloadOf(write: Write): string {
  if (write.verb === 'archive') return 'archivedId';
  if (!('entries' in write)) return 'fromId toId';
  const names = JSON.stringify(PROPERTIES[write.type]);
  return `created record: ${write.type.toLowerCase()} { hubspotId properties(names: ${names}) { name raw } }`;
}

interface Payload {
  readonly userErrors: readonly { readonly __typename: string; readonly path: readonly string[] | null }[];
  readonly created?: boolean | null;
  readonly archivedId?: string | null;
  readonly fromId?: string | null;
  readonly record?: {
    readonly hubspotId: string;
    readonly properties: readonly ({ readonly name: string; readonly raw: string | null } | null)[];
  } | null;
}

/** Calls that write. */
const written = () =>
  stack.simulator.log.crm().filter(({ method, path }) => method !== 'GET' && !/batch\/read$|search$/.test(path)).length;

const codes = new Set<string>();
let world: World;

async function run(writes: readonly Write[]): Promise<void> {
  stack.simulator.log.clear();
  stack.clock.advance(1_000);
  const { query, variables } = operationOf(writes);
  const { data, errors } = await stack.query(query, variables);
  const payloads = data as unknown as Record<string, Payload | null>;
  const failed: string[][] = [];
  let calls = 0;
  for (const [index, write] of writes.entries()) {
    const verdict = judge(write, world);
    calls += verdict.writes;
    if (!verdict.errors) {
      // What no other input corrects fails its field alone.
      expect(payloads[`w${index}`]).toBeNull();
      failed.push([`w${index}`]);
      codes.add('BAD_USER_INPUT');
      continue;
    }
    const payload = payloads[`w${index}`];
    if (!payload) throw new TypeError('a write that should have been done was refused');
    const shown = payload.userErrors.map(({ __typename, path }) => [__typename, path?.join('.') ?? null]);
    expect(shown.sort()).toEqual(verdict.errors.map((each) => [...each]).sort());
    for (const [typename] of verdict.errors) codes.add(typename);
    if (verdict.errors.length > 0) {
      expect([payload.record, payload.archivedId, payload.fromId, payload.created].filter((x) => x != null)).toEqual(
        [],
      );
      continue;
    }
    const id = 'id' in write ? write.id : (payload.record?.hubspotId ?? '');
    const isNew = apply(write, world, id);
    if ('type' in write) known[write.type].add(id);
    if (!('entries' in write)) continue;
    expect(payload.created).toBe(isNew);
    const values = Object.fromEntries(
      payload.record?.properties.flatMap((each) => (each ? [[each.name, each.raw]] : [])) ?? [],
    );
    expect(values).toEqual(world.records[write.type][id]);
  }
  expect(errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual(
    failed.length > 0 ? failed.map((path) => [path, 'BAD_USER_INPUT']) : undefined,
  );
  expect(written()).toBe(calls);
  expect(await readWorld()).toEqual(world);
}

it("leaves in the portal what HubSpot's own SDK then reads, and nothing of what was refused", {
  timeout: 120_000 * FUZZ_SCALE,
}, async () => {
  announceSeed('random writes');
  for (const type of ['Contact', 'Deal', 'Company'] as const) {
    for (const { id } of stack.simulator.portals[0]?.records(PLURALS[type]) ?? []) known[type].add(id);
  }
  world = await readWorld();
  await fc.assert(fc.asyncProperty(fc.array(randomWrite(targets), { minLength: 1, maxLength: 4 }), run), {
    seed: FUZZ_SEED,
    numRuns: OPERATIONS,
    // What a smaller case comes to depends on all that was written before.
    endOnFailure: true,
  });
  // Everything happened that can.
  expect([...codes].sort()).toEqual(['BAD_USER_INPUT', 'ConflictError', 'NotFoundError', 'ValidationError']);
});
