import { AssociationTypes } from 'hubspot-graphql-gateway-simulator';
import { describe, expect, it } from 'vitest';
import { plainTypeId } from '../../src/crm/associations.ts';
import { CRM_OBJECTS } from '../../src/crm/objects.ts';

const pairs = CRM_OBJECTS.flatMap((from) => CRM_OBJECTS.map((to) => [from.objectType, to.objectType] as const));

describe('the plain association type', () => {
  it.each(pairs)('from %s to %s is the one that HubSpot has', (from, to) => {
    expect(plainTypeId(from, to)).toBe(new AssociationTypes().unlabelled(from, to).typeId);
  });
});

describe.each(CRM_OBJECTS)('$objectType', ({ properties, filters, orders, inputs }) => {
  it('has no property twice', () => {
    const names = Object.values(properties).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('calls what holds an id by the name of the field and Id', () => {
    for (const fields of [filters, orders, inputs]) {
      expect(Object.keys(fields)).toContain('ownerId');
      expect(Object.keys(fields)).not.toContain('owner');
    }
  });

  it('writes no time that HubSpot keeps', () => {
    expect(Object.keys(orders)).toEqual(expect.arrayContaining(['createdAt', 'updatedAt']));
    expect(Object.keys(inputs)).not.toContain('createdAt');
    expect(Object.keys(inputs)).not.toContain('updatedAt');
  });
});
