import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PropertyType } from '../../../src/crm/property.ts';
import { readValue } from '../../../src/graphql/values/property-value.ts';
import { listProperties, type PropertyDefinition } from '../../../src/hubspot/crm/properties.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

const OPTIONS = [
  { value: 'red', label: 'Red' },
  { value: 'green', label: 'Green' },
];

function definition(type: PropertyType, fieldType = 'text'): PropertyDefinition {
  return {
    ...{ name: 'p', label: 'P', type, fieldType, description: null, groupName: null },
    ...{ options: type === 'enumeration' ? OPTIONS : [], readOnly: false, hidden: false, unique: false },
    sensitivity: 'non_sensitive',
  };
}

describe('a value', () => {
  it.each<[PropertyType, string, object]>([
    ['string', 'a;b', { string: 'a;b' }],
    ['string', ' 12 ', { string: ' 12 ' }],
    ['phone_number', '+49 30 1', { string: '+49 30 1' }],
    ['number', '12345678901234.56', { number: '12345678901234.56' }],
    ['number', '0.1', { number: '0.1' }],
    ['number', '-007.50', { number: '-007.50' }],
    ['number', '1.0E-7', { number: '1.0E-7' }],
    ['number', '0.30000000000000000000000000000000000001', { number: '0.30000000000000000000000000000000000001' }],
    ['bool', 'true', { boolean: true }],
    ['bool', 'false', { boolean: false }],
    ['date', '2026-11-23', { date: '2026-11-23' }],
    ['date', '1795392000000', { date: '2026-11-23' }],
    ['date', '-86400000', { date: '1969-12-31' }],
    ['date', '0', { date: '1970-01-01' }],
    ['date', '2026-11-23T00:00:00Z', { date: '2026-11-23' }],
    ['date', '0001-01-01', { date: '0001-01-01' }],
    ['datetime', '2026-11-23T09:00:00.5Z', { dateTime: new Date('2026-11-23T09:00:00.500Z') }],
    ['datetime', '2026-11-23T09:00:00Z', { dateTime: new Date('2026-11-23T09:00:00.000Z') }],
    ['datetime', '2026-11-23T09:00:00+01:00', { dateTime: new Date('2026-11-23T08:00:00.000Z') }],
    ['datetime', '1795392000123', { dateTime: new Date('2026-11-23T00:00:00.123Z') }],
    ['datetime', '2026-11-23', { dateTime: new Date('2026-11-23T00:00:00.000Z') }],
    ['enumeration', 'red', { option: OPTIONS[0] }],
    ['enumeration', 'blue', { option: { value: 'blue', label: null } }],
    ['enumeration', 'Red', { option: { value: 'Red', label: null } }],
    ['enumeration', 'red;green', { option: { value: 'red;green', label: null } }],
  ])('of type %s written %j is %j', (type, raw, typed) => {
    expect(readValue(raw, definition(type))).toEqual(typed);
  });

  it.each<[PropertyType, string]>([
    ['number', 'twelve'],
    ['number', '1,5'],
    ['number', '0x10'],
    ['number', 'NaN'],
    ['number', 'Infinity'],
    ['number', '1'.repeat(129)],
    ['bool', 'yes'],
    ['bool', '1'],
    ['bool', 'TRUE'],
    ['date', '23.11.2026'],
    ['date', '2026-02-30'],
    ['date', '2026-13-01'],
    ['date', '2026-11-23 '],
    ['date', '99999999999999999'],
    ['date', '253402300800000'],
    ['datetime', 'tomorrow'],
    ['datetime', 'March 7'],
    ['datetime', '2026'.repeat(5)],
    ['datetime', '2026-11-23T09:00:00'],
    ['datetime', '2026-02-29T09:00:00Z'],
    ['datetime', '2026-11-23T25:00:00Z'],
    ['datetime', '-99999999999999999'],
    ['other', '{}'],
    ['other', '1'],
  ])('of type %s written %j has no shape', (type, raw) => {
    const shapes = Object.values(readValue(raw, definition(type))).filter((shape) => shape !== undefined);
    expect(shapes).toEqual([]);
  });

  const [RED, GREEN] = OPTIONS;
  const BLUE = { value: 'blue', label: null };
  it.each([
    ['red', [RED]],
    ['red;green', [RED, GREEN]],
    ['green;red', [GREEN, RED]],
    [';red;', [RED]],
    ['red;blue', [RED, BLUE]],
    ['blue', [BLUE]],
  ])('of several choices written %j is %j', (raw, options) => {
    expect(readValue(raw, definition('enumeration', 'checkbox'))).toEqual({ options });
  });
});

describe('a type', () => {
  const SCHEMA = join(import.meta.dirname, '../../../../shared/data/recorded/contact-schema.json');
  it.skipIf(!existsSync(SCHEMA))('of every property of a real portal is known', async () => {
    const { properties } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { properties: { name: string; type: string }[] };
    const api = new FakeApi(() => ({ results: properties }));
    const definitions = await listProperties(api, 'contacts', 'non_sensitive');
    expect(definitions.map(({ name, type }) => [name, type])).toEqual(properties.map(({ name, type }) => [name, type]));
    expect(definitions.length).toBeGreaterThan(200);
    expect(definitions.filter(({ type }) => type === 'other')).toEqual([]);
    // Whatever it chooses between, it can be read back.
    for (const each of definitions.filter(({ type, options }) => type === 'enumeration' && options.length > 0)) {
      for (const option of each.options) {
        const { option: one, options: several } = readValue(option.value, each);
        expect(one ?? several?.[0]).toEqual(option);
      }
    }
  });
});
