import type { Connector } from '../../connector/connector.ts';
import { valueRequirement } from '../../connector/property-access.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { type PropertyType, typeOf } from '../../crm/property.ts';
import { GatewayError } from '../../errors.ts';

/**
 * The types of the properties that a filter at `coordinate` names. The types of properties without a field in the schema
 * come from the portal's cached definitions.
 * @throws GatewayError BAD_USER_INPUT for a property that HubSpot cannot search; MISSING_SCOPES for a sensitive property,
 * because a search by a value reveals the value
 */
export async function propertyTypes(
  connector: Connector,
  { objectType, filters }: CrmObject,
  names: readonly string[],
  coordinate: string,
): Promise<ReadonlyMap<string, PropertyType>> {
  const types = new Map<string, PropertyType>(Object.values(filters).map(({ name, kind }) => [name, typeOf(kind)]));
  const unknownNames = names.filter((name) => !types.has(name));
  if (unknownNames.length === 0) return types;
  const definitions = await connector.metadata.propertiesNamed(objectType, unknownNames);
  for (const name of unknownNames) {
    const definition = definitions.get(name);
    if (!definition) throw refused(`This portal has no property ${name}.`);
    // https://developers.hubspot.com/docs/guides/api/crm/sensitive-data
    if (definition.sensitivity === 'highly_sensitive') throw refused(`HubSpot does not search the property ${name}.`);
    connector.requireScopes(valueRequirement(objectType, [definition]), coordinate);
    types.set(name, definition.type);
  }
  return types;
}

function refused(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'filter' });
}
