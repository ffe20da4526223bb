import { describe, expect, it } from 'vitest';
import { isPropertyName, propertyType, string } from '../../src/crm/property.ts';

describe('a type of HubSpot', () => {
  it.each(['string', 'number', 'bool', 'date', 'datetime', 'enumeration', 'phone_number'])('%s is itself', (type) => {
    expect(propertyType(type)).toBe(type);
  });

  it.each(['json', 'object_coordinates', 'currency_number', 'constructor', ''])('%s is another one', (type) => {
    expect(propertyType(type)).toBe('other');
  });
});

describe('the internal name of a property', () => {
  it.each(['fax', 'hs_lead_status', '_', '2nd_owner', 'a'.repeat(100)])('may be %s', (name) => {
    expect(isPropertyName(name)).toBe(true);
  });

  it.each(['', 'Fax', 'first name', 'a-b', 'a.b', 'é', 'fax\n', 'a'.repeat(101)])('cannot be %j', (name) => {
    expect(isPropertyName(name)).toBe(false);
  });
});

describe('a property', () => {
  it('is found by, ordered by and written, unless the catalogue says otherwise', () => {
    expect(string('fax', 'Fax.')).toMatchObject({ filter: true, order: true, input: 'Fax.', unique: false });
    expect(string('fax', 'Fax.', { filter: false })).toMatchObject({ filter: false, order: true });
    expect(string('fax', 'Fax.', { order: false })).toMatchObject({ filter: true, order: false });
    expect(string('fax', 'Fax.', { write: false }).input).toBeUndefined();
    expect(string('fax', 'Fax.', { write: 'New fax.' })).toMatchObject({ input: 'New fax.', description: 'Fax.' });
  });
});
