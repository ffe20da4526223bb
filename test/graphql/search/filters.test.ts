import { isObjectType } from 'graphql';
import { factsOf } from 'hubspot-graphql-gateway-simulator';
import { describe, expect, it } from 'vitest';
import { toFilterGroups } from '../../../src/connector/search/filter-groups.ts';
import { CONTACT } from '../../../src/crm/contact.ts';
import { DEAL } from '../../../src/crm/deal.ts';
import { CRM_OBJECTS, crmObject } from '../../../src/crm/objects.ts';
import { typeOf } from '../../../src/crm/property.ts';
import { metadataOf } from '../../../src/graphql/analysis/field-metadata.ts';
import { schema } from '../../../src/graphql/schema.ts';
import { filterCondition, namedProperties } from '../../../src/graphql/search/filters.ts';
import type { RecordFilter } from '../../../src/graphql/types/filter.ts';

/** A filter as GraphQL hands it over: fields of the type beside the common ones. */
interface Filter extends RecordFilter {
  readonly and?: readonly Filter[] | null;
  readonly or?: readonly Filter[] | null;
  readonly [field: string]: unknown;
}

function groups(filter: Filter, fields = CONTACT.filters) {
  const idOf = (_type: string, id: string) => (id.startsWith('foreign') ? undefined : id.replace(/^global:/, ''));
  const typeOf = (property: string) => (property.startsWith('text') ? 'string' : 'enumeration');
  return toFilterGroups(filterCondition(filter, { fields, typeOf, idOf, isOfPortal: (hubId) => hubId === '1' }));
}

const moment = (text: string) => new Date(text);

describe('a filter of a record type', () => {
  it.each<[string, Filter, readonly (readonly object[])[]]>([
    ['of nothing', {}, [[]]],
    ['of nulls', { email: null, and: null, or: null, property: null, associatedWith: null }, [[]]],
    [
      'of fields without tests',
      { email: {}, createdAt: {}, property: [{ name: 'a' }], and: [], associatedWith: null },
      [[]],
    ],
    ['eq', { email: { eq: 'Ada@One.example' } }, [[f('email', 'EQ', 'Ada@One.example')]]],
    ['neq', { lifecycleStage: { neq: 'lead' } }, [[f('lifecyclestage', 'NEQ', 'lead')]]],
    ['in on a text', { city: { in: ['Oslo', 'OSLO', 'Rom'] } }, [[l('city', 'IN', ['oslo', 'rom'])]]],
    ['in on an option', { leadStatus: { in: ['NEW', 'new'] } }, [[l('hs_lead_status', 'IN', ['NEW', 'new'])]]],
    ['notIn', { city: { notIn: ['Oslo'] } }, [[l('city', 'NOT_IN', ['oslo'])]]],
    ['contains', { email: { contains: '*@One.example' } }, [[f('email', 'CONTAINS_TOKEN', '*@One.example')]]],
    ['notContains', { jobTitle: { notContains: 'sales' } }, [[f('jobtitle', 'NOT_CONTAINS_TOKEN', 'sales')]]],
    ['exists', { phone: { exists: true } }, [[{ propertyName: 'phone', operator: 'HAS_PROPERTY' }]]],
    ['exists not', { phone: { exists: false } }, [[{ propertyName: 'phone', operator: 'NOT_HAS_PROPERTY' }]]],
    [
      'moments as epoch milliseconds',
      { createdAt: { gte: moment('2026-01-01T00:00:00Z'), lt: moment('2026-02-01T00:00:00.001Z') } },
      [[f('createdate', 'GTE', '1767225600000'), f('createdate', 'LT', '1769904000001')]],
    ],
    [
      'between',
      { updatedAt: { between: [moment('1969-12-31T23:59:59Z'), moment('1970-01-01T00:00:01Z')] } },
      [[{ ...f('lastmodifieddate', 'BETWEEN', '-1000'), highValue: '1000' }]],
    ],
    ['an owner by either id', { ownerId: { in: ['7', 'global:8'] } }, [[l('hubspot_owner_id', 'IN', ['7', '8'])]]],
    [
      'an associated record by either id',
      { associatedWith: { objectType: 'companies', id: 'global:8' } },
      [[f('associations.company', 'EQ', '8')]],
    ],
    ['a record of another portal', { associatedWith: { objectType: 'companies', id: 'foreign' } }, []],
    [
      'any property, by its own type',
      {
        property: [
          { name: 'text_1', in: ['A'] },
          { name: 'tier', in: ['A'], gte: '3' },
        ],
      },
      [[l('text_1', 'IN', ['a']), f('tier', 'GTE', '3'), l('tier', 'IN', ['A'])]],
    ],
    [
      'fields, and, or: all of them',
      { city: { eq: 'Oslo' }, and: [{ zip: { eq: '1' } }], or: [{ state: { eq: 'a' } }, { state: { eq: 'b' } }] },
      ['a', 'b'].map((state) => [f('city', 'EQ', 'Oslo'), f('zip', 'EQ', '1'), f('state', 'EQ', state)]),
    ],
    ['or of nothing', { city: { eq: 'Oslo' }, or: [] }, []],
    ['or with what always holds', { or: [{ city: { eq: 'Oslo' } }, {}] }, [[]]],
    ['in nothing', { city: { in: [] } }, []],
    ['not in nothing', { city: { notIn: [] }, zip: { eq: '1' } }, [[f('zip', 'EQ', '1')]]],
  ])('%s', (_title, filter, expected) => {
    expect(groups(filter)).toEqual(expected);
  });

  it('numbers keep their digits', () => {
    const amount = { between: ['0.10', '12345678901234567890.50'], in: ['1e3', '-.5'] };
    expect(groups({ amount }, DEAL.filters)).toEqual([
      [
        { ...f('amount', 'BETWEEN', '0.10'), highValue: '12345678901234567890.50' },
        l('amount', 'IN', ['1000', '-0.5']),
      ],
    ]);
  });

  it.each<[string, Filter, string]>([
    ['a test that is null', { email: { eq: null } }, 'email.eq is null'],
    ['a list that is null', { email: { in: null } }, 'email.in is null'],
    ['exists that is null', { email: { exists: null } }, 'email.exists is null'],
    ['a test of a property that is null', { property: [{ name: 'a', gt: null }] }, 'a.gt is null'],
    ['an empty text', { email: { eq: '' } }, 'email.eq is empty'],
    ['a blank text', { email: { contains: ' \n' } }, 'email.contains is empty'],
    ['an empty text in a list', { email: { in: ['a', ''] } }, 'email.in is empty'],
    ['between nothing', { createdAt: { between: [] } }, 'createdAt.between has two values'],
    ['between one', { createdAt: { between: [new Date(0)] } }, 'createdAt.between has two values'],
    ['between three', { property: [{ name: 'a', between: ['1', '2', '3'] }] }, 'a.between has two values'],
    ["another portal's owner", { ownerId: { eq: 'foreign' } }, 'ownerId.eq is no owner'],
    ...['../', '%2e', 'a&b=c', 'a\r\nX: y', '', 'A', 'а', 'associations.contact', '__proto__ ', 'x'.repeat(10_000)].map(
      (name): [string, Filter, string] => [
        `B48 the property ${JSON.stringify(name.slice(0, 20))}`,
        { property: [{ name, eq: '1' }] },
        'HubSpot names properties',
      ],
    ),
    ['B52 too wide a list', { or: new Array(300_000).fill({}) }, 'too many parts'],
    ['B52 too many properties', { property: new Array(80_000).fill({ name: 'a' }) }, 'too many parts'],
    ['B52 too deep a nesting', nested(11), 'too many parts'],
    ['B52 a nesting of 100,000', nested(100_000), 'too many parts'],
    ['B52 19 filter groups', { or: new Array(19).fill('').map((_, i) => ({ zip: { eq: `${i}` } })) }, 'at most 5'],
    ['B52 two to the sixtieth groups', { and: new Array(60).fill('').map((_, i) => either(i)) }, 'at most 5'],
  ])('refuses %s', (_title, filter, message) => {
    const compile = () => groups(filter);
    expect(compile).toThrow(message);
    expect(compile).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', extensions: { argument: 'filter' } }));
  });

  it('names the properties that are not of the schema, wherever they stand', () => {
    const filter = { or: [{ property: [{ name: 'a' }] }, { and: [{ property: [{ name: 'b' }, { name: 'a' }] }] }] };
    expect(namedProperties(filter)).toEqual(['a', 'b']);
    expect(() => namedProperties({ property: [{ name: 'A' }] })).toThrow('HubSpot names properties');
  });
});

function f(propertyName: string, operator: string, value: string) {
  return { propertyName, operator, value };
}

function l(propertyName: string, operator: string, values: readonly string[]) {
  return { propertyName, operator, values };
}

function nested(depth: number): Filter {
  let filter: Filter = {};
  for (let level = 0; level < depth; level += 1) filter = { [level % 2 ? 'and' : 'or']: [filter] };
  return filter;
}

function either(index: number): Filter {
  return { or: [{ zip: { eq: `${index}a` } }, { zip: { eq: `${index}b` } }] };
}

describe('the fields of filters and orders', () => {
  const rows = CRM_OBJECTS.flatMap((object) =>
    Object.entries(object.filters).map(([field, property]) => [object.objectType, field, property] as const),
  );
  const OTHERWISE: Readonly<Record<string, string>> = { ownerId: 'owner', stageId: 'stage', pipelineId: 'pipeline' };

  it.each(rows)('%s by %s: the field of the type reads the same property', (objectType, field, { name }) => {
    const type = schema.getType(crmObject(objectType).typename);
    const shown = isObjectType(type) ? type.getFields()[OTHERWISE[field] ?? field] : undefined;
    expect(shown).toBeDefined();
    // Every record has its two times, whatever the selection.
    if (['createdAt', 'updatedAt'].includes(field)) return;
    expect(shown && metadataOf(shown).properties).toEqual(expect.arrayContaining([name]));
  });

  it.each(rows)('%s by %s: the property exists and has that type', (type, _field, { name, kind }) => {
    expect(factsOf(type).properties.find((property) => property.name === name)?.type).toBe(typeOf(kind));
  });
});
