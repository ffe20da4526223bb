import type { Portal } from '../../portal.ts';
import { type ObjectTypeFacts, objectType } from '../object-types.ts';
import type { PropertyDefinition } from '../properties/property-definitions.ts';
import type { Filter } from './filter.ts';
import { unanswerable } from './refusals.ts';
import type { IndexedRecord } from './search-index.ts';
import { valueTest } from './value-test.ts';

const ASSOCIATION = /^associations\.(.+)$/;

/**
 * The test of a filter for a record: of a property's value, or, for `associations.contact`, of its associated records.
 * @throws Refusal when the filter is invalid for the portal.
 */
export function recordTest(portal: Portal, type: ObjectTypeFacts, filter: Filter): (record: IndexedRecord) => boolean {
  const associated = ASSOCIATION.exec(filter.propertyName)?.[1];
  if (associated !== undefined) return associationTest(portal, type, associated, filter);
  const fits = valueTest(searchable(portal, type, filter.propertyName), filter);
  return ({ properties }) => fits(properties.get(filter.propertyName) || undefined);
}

/**
 * The definition of a property for filters and sorts.
 * @throws Refusal
 */
export function searchable(portal: Portal, type: ObjectTypeFacts, name: string): PropertyDefinition {
  const definition = portal.definition(type.name, name);
  if (!definition) throw unanswerable(`Property "${name}" does not exist.`, name);
  // https://developers.hubspot.com/docs/guides/api/crm/sensitive-data
  if (definition.dataSensitivity === 'highly_sensitive')
    throw unanswerable(`Property "${name}" is not searchable.`, name);
  return definition;
}

function associationTest(
  { searchIndex }: Portal,
  type: ObjectTypeFacts,
  associated: string,
  { propertyName, operator, operands }: Filter,
): (record: IndexedRecord) => boolean {
  const to = objectType(associated);
  if (!to) throw unanswerable(`There is no association to ${associated}.`, propertyName);
  if (operator !== 'EQ' && operator !== 'IN')
    throw unanswerable(`Associations do not support ${operator}.`, propertyName);
  return ({ id }) =>
    operands.some((other) => searchIndex.areAssociated({ type: type.name, id }, { type: to.name, id: other }));
}
