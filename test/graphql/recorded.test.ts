import { GraphQLEnumType } from 'graphql';
import type { PropertyDefinition } from 'hubspot-graphql-gateway-simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { readValue } from '../../src/graphql/values/property-value.ts';
import { listProperties, type PropertyOption } from '../../src/hubspot/crm/properties.ts';
import { FakeApi } from '../helpers/fake-api.ts';
import {
  type Exchange,
  isRecorded,
  type RecordedRecord,
  recordedDefinitions,
  recordedExchanges,
} from '../helpers/recorded.ts';
import { Stack } from '../helpers/stack.ts';

const definitions = recordedDefinitions();

/** A value that a property of this type may have, and where a client finds it. */
const EXAMPLES: Readonly<Record<string, readonly [raw: string, read: object]>> = {
  string: ['x', { string: 'x' }],
  phone_number: ['+49 30 1', { string: '+49 30 1' }],
  number: ['12345678901234.56', { number: '12345678901234.56' }],
  bool: ['true', { boolean: true }],
  date: ['2026-11-23', { date: '2026-11-23' }],
  datetime: ['2026-11-23T09:00:00Z', { dateTime: new Date('2026-11-23T09:00:00Z') }],
};

/** Where a client finds one of a property's options. */
function choiceOf(option: PropertyOption, { type, fieldType }: PropertyDefinition): object {
  if (type === 'bool') return { boolean: option.value === 'true' };
  if (type === 'string') return { string: option.value };
  return fieldType === 'checkbox' ? { options: [option] } : { option };
}

describe.skipIf(!isRecorded)("a real portal's property", () => {
  it.each(definitions.map((property) => [property.name, property] as const))(
    '%s has a type and keeps all that is said of it',
    async (name, property) => {
      const [read] = await listProperties(new FakeApi(() => ({ results: [property] })), 'contacts', 'non_sensitive');
      expect(read).toEqual({
        ...{ name, label: property.label, type: property.type, fieldType: property.fieldType },
        ...{ description: property.description || null, groupName: property.groupName || null },
        options: property.options.map(({ value, label }) => ({ value, label: label || value })),
        ...{ readOnly: property.modificationMetadata.readOnlyValue, hidden: property.hidden },
        ...{ unique: property.hasUniqueValue, sensitivity: 'non_sensitive' },
      });
      if (!read) return;
      const known = schema.getType('PropertyType');
      expect(known instanceof GraphQLEnumType && known.serialize(read.type)).not.toBe('OTHER');
      const [raw, typed] = EXAMPLES[property.type] ?? [];
      if (raw !== undefined) expect(readValue(raw, read)).toEqual(typed);
      for (const option of read.options) {
        expect(readValue(option.value, read)).toEqual(choiceOf(option, property));
      }
    },
  );
});

const TYPES = {
  CONTACT: { list: 'contacts', one: 'contact', upsert: 'upsertContact', input: 'idValue: "a@b.example"' },
  COMPANY: { list: 'companies', one: 'company', upsert: 'upsertCompany', input: 'idProperty: "number", idValue: "1"' },
} as const;

describe.skipIf(!isRecorded)('a recorded answer', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start();
    const scopes = stack.config.hubspot.optionalScopes;
    await stack.connect({ optionalScopes: scopes }, undefined, { granted: scopes });
    const [portal] = stack.simulator.portals;
    for (const name of ['date_field', 'number_field', 'text_field'])
      portal?.defineProperty('contacts', { name, type: 'string', fieldType: 'text' });
  });
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.simulator.faults.clear();
    stack.clock.advance(60_000);
  });

  const exchanges = recordedExchanges().map(({ request, response }, index) => {
    const [, type = '', what = ''] = /objects\/(CONTACT|COMPANY)\/(.*)$/.exec(request.path) ?? [];
    return [index, `${type} ${what}`, response.status, TYPES[type as keyof typeof TYPES], what, response] as const; // Above.
  });
  const withStatus = (...wanted: number[]) => exchanges.filter(([, , status]) => wanted.includes(status));

  function replay(match: string, { status, headers, body }: Exchange['response'], query: string) {
    const kept = Object.entries(headers).filter(([name]) => !/^(transfer-encoding|connection|date)$/i.test(name));
    const fault = {
      kind: 'answer',
      status,
      body: body && JSON.stringify(body),
      headers: Object.fromEntries(kept),
    } as const;
    stack.simulator.faults.add({ match, fault });
    return stack.settle(stack.query(query));
  }

  /** What a client reads of a record: the properties in HubSpot's answer, an empty one as null. */
  const SHOWN = (records: readonly RecordedRecord[]) => {
    const names = [...new Set(records.flatMap(({ properties }) => Object.keys(properties)))];
    return `hubspotId createdAt updatedAt archived properties(names: ${JSON.stringify(names)}) { name raw }`;
  };
  const iso = (text: string) => new Date(text).toISOString();
  const shown = ({ id, properties, createdAt, updatedAt, archived }: RecordedRecord) => ({
    ...{ hubspotId: id, createdAt: iso(createdAt), updatedAt: iso(updatedAt), archived },
    properties: expect.arrayContaining(Object.entries(properties).map(([name, raw]) => ({ name, raw: raw || null }))),
  });

  it('is of a kind that is looked at below', () => {
    expect(exchanges).toHaveLength(withStatus(200, 201, 204, 429).length);
    expect(exchanges.length).toBeGreaterThan(0);
  });

  it.each(withStatus(200, 201))(
    '%i, %s %i, is records without loss',
    async (_index, _name, _status, type, what, response) => {
      const { results = [], total } = response.body || {};
      if (what === 'search') {
        const query = `{ x: ${type.list}(query: "a", first: 100) { totalCount nodes { ${SHOWN(results)} } } }`;
        const { data, errors } = await replay('/search$', response, query);
        expect(errors).toBeUndefined();
        expect(data).toEqual({ x: { totalCount: total, nodes: results.map(shown) } });
        return;
      }
      for (const record of results) {
        const query = `mutation { x: ${type.upsert}(input: { ${type.input} }) { ${type.one} { ${SHOWN([record])} } userErrors { code } } }`;
        const one = { ...response, body: { ...(response.body || {}), results: [record] } };
        const { data, errors } = await replay('/batch/upsert$', one, query);
        stack.simulator.faults.clear();
        expect(errors).toBeUndefined();
        expect(data).toEqual({ x: { [type.one]: shown(record), userErrors: [] } });
      }
    },
  );

  it.each(withStatus(204))('%i, %s %i, is an archiving', async (_index, _name, _status, type, _what, response) => {
    const mutation = type.upsert.replace('upsert', 'archive');
    const { data } = await replay(
      '^DELETE',
      response,
      `mutation { x: ${mutation}(input: { id: "7" }) { archivedId } }`,
    );
    expect(data).toEqual({ x: { archivedId: expect.stringMatching(/:7$/) } });
  });

  it.each(withStatus(429))('%i, %s %i, is RATE_LIMITED', async (_index, _name, _status, type, _what, response) => {
    const { correlationId, category } = response.body || {};
    const { data, errors } = await replay('/search$', response, `{ x: ${type.list}(query: "a") { totalCount } }`);
    expect(data).toEqual({ x: null });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(JSON.stringify(errors)).not.toContain('secondly limit');
    if (errors?.[0]?.extensions?.hubspot) {
      expect(errors[0].extensions.hubspot).toEqual({ status: 429, correlationId, category });
    }
  });
});
