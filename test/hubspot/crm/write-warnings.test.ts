import { describe, expect, it } from 'vitest';
import { parseWarnings } from '../../../src/hubspot/crm/write-warnings.ts';

const CATEGORY = 'PROPERTY_VALUE_NORMALIZED';
const SENT = { birthday: '2026-11-23T09:00:00Z', city: 'Rome' };

/** What is made of one warning. */
function parse(context: unknown, category: unknown = CATEGORY, message: unknown = 'secret') {
  return parseWarnings({ id: '1', warnings: [{ category, context, message }] }, SENT);
}

describe('a value that HubSpot normalized', () => {
  it.each([
    ['texts', { propertyName: 'birthday', rawValue: SENT.birthday, normalizedValue: '1795392000000' }],
    ['lists', { propertyName: ['birthday'], rawValue: [SENT.birthday], normalizedValue: ['1795392000000'] }],
    ['a number', { propertyName: 'birthday', rawValue: SENT.birthday, normalizedValue: 1_795_392_000_000 }],
  ])('is told with property, both values and a sentence of our own: %s', (_form, context) => {
    expect(parse(context)).toEqual([
      {
        category: CATEGORY,
        property: 'birthday',
        rawValue: '2026-11-23T09:00:00Z',
        normalizedValue: '1795392000000',
        message: 'HubSpot changed the value of `birthday` before the write, to 2026-11-23T00:00:00.000Z.',
      },
    ]);
  });

  it.each([
    ['another value than was sent', { propertyName: 'birthday', rawValue: 'a secret' }],
    ['the value of another property', { propertyName: 'birthday', rawValue: 'Rome' }],
    ['the value of a property that was not sent', { propertyName: 'fax', rawValue: 'undefined' }],
    ['a name of every object', { propertyName: 'constructor', rawValue: 'x' }],
  ])('is told without %s', (_case, context) => {
    expect(parse(context)).toMatchObject([{ rawValue: undefined }]);
  });

  it.each(['a secret', '<b>', '1'.repeat(41), {}, null, true])('is told without the value %j', (normalizedValue) => {
    expect(parse({ propertyName: 'birthday', normalizedValue })).toMatchObject([
      { normalizedValue: undefined, message: 'HubSpot changed the value of `birthday` before the write.' },
    ]);
  });

  it('is told without a moment that there is not', () => {
    expect(parse({ propertyName: 'birthday', normalizedValue: '999999999999999' })).toMatchObject([
      { normalizedValue: '999999999999999', message: 'HubSpot changed the value of `birthday` before the write.' },
    ]);
  });

  it.each([{ propertyName: '<b>' }, { propertyName: 7 }, {}, null, undefined, 'x', []])(
    'is told without a name that no property can have: %j',
    (context) => {
      const [warning] = parse(context);
      expect(JSON.stringify(warning)).not.toMatch(/secret|<b>/);
      expect(warning?.message).toMatch(/^HubSpot changed (a value|the value of `7`) before the write\.$/);
    },
  );
});

it('another category is named, without values', () => {
  expect(parse({ propertyName: 'city', rawValue: 'Rome', normalizedValue: '7' }, 'VALUE_CUT')).toEqual([
    {
      category: 'VALUE_CUT',
      property: 'city',
      rawValue: 'Rome',
      normalizedValue: undefined,
      message: 'HubSpot wrote the value of `city` with the warning VALUE_CUT.',
    },
  ]);
});

it.each([undefined, null, 7, 'a category', ''])('a warning of the category %j is left out', (category) => {
  expect(parseWarnings({ warnings: [{ category, message: 'secret' }] }, SENT)).toEqual([]);
});

it.each([undefined, null, 'x', {}, { warnings: null }, { warnings: {} }, { warnings: [] }, { warnings: [null, 7] }])(
  'there are none in %j',
  (written) => {
    expect(parseWarnings(written, SENT)).toEqual([]);
  },
);

it('there are fifty at most', () => {
  const warnings = Array.from({ length: 1_000 }, () => ({ category: CATEGORY }));
  expect(parseWarnings({ warnings }, SENT)).toHaveLength(50);
});
