import { expect, it } from 'vitest';
import { isGatewayError } from '../../../src/errors.ts';
import { DateTime, Decimal } from '../../../src/graphql/values/scalars.ts';

it.each([
  ['2026-11-23T09:00:00Z', '2026-11-23T09:00:00.000Z'],
  ['2026-11-23T09:00:00.123456789Z', '2026-11-23T09:00:00.123Z'],
  ['2026-11-23T09:00:00+05:30', '2026-11-23T03:30:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
])('DateTime reads %s', (text, moment) => {
  expect(DateTime.parseValue(text).toISOString()).toBe(moment);
});

it.each([
  '0000-00-00',
  '0000-00-00T00:00:00Z',
  '2026-02-31T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '275761-01-01T00:00:00Z',
  '+275761-01-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:00-99:99',
  '2026-01-01T00:00:00',
  '2026-01-01',
  '1767225600',
  '1767225600000',
  1_767_225_600,
  1_767_225_600_000,
  ' 2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z\n',
  '٢٠٢٦-01-01T00:00:00Z',
  'now',
  '',
  null,
  true,
  {},
  [],
])('B54 DateTime refuses %j', (value) => {
  expect(() => DateTime.parseValue(value)).toThrow('DateTime cannot represent');
});

it.each([
  ['1250.50', '1250.50'],
  ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
  ['-1e-7', '-1e-7'],
  [12.5, '12.5'],
  [9_007_199_254_740_991, '9007199254740991'],
])('Decimal keeps %j digit for digit', (value, text) => {
  expect(Decimal.parseValue(value)).toBe(text);
  expect(Decimal.serialize(value)).toBe(text);
});

const NO_DECIMAL = ['', ' 1', '1\n', '1,000', '0x10', '٣', 'NaN', 'Infinity', '1e9999', '1..2', '--1', '9'.repeat(129)];
const NO_NUMBER = [Number.NaN, Number.POSITIVE_INFINITY, null, true, {}, ['1'], 10n];

it.each([...NO_DECIMAL, ...NO_NUMBER])('Decimal refuses the input %s', (value) => {
  expect(() => Decimal.parseValue(value)).toThrow('Decimal must be a number such as "1250.50".');
});

it.each(NO_DECIMAL)('Decimal blames HubSpot, not the viewer, for %j in a record', (value) => {
  let thrown: unknown;
  try {
    Decimal.serialize(value);
  } catch (error) {
    thrown = error;
  }
  expect(isGatewayError(thrown, 'HUBSPOT_BAD_RESPONSE')).toBe(true);
});
