import type { ValueKind } from '../connector/condition.ts';
import type { Connector } from '../connector/connector.ts';
import { valueRequirement } from '../connector/property-access.ts';
import type { ObjectType } from '../crm/objects.ts';
import { GatewayError } from '../errors.ts';
import { comparedAs, FILTER_FIELDS } from './filter-fields.ts';

/** By HubSpot's types; what has another one is compared as it is written. */
const KINDS: ReadonlyMap<string, ValueKind> = new Map([
  ['string', 'text'],
  ['phone_number', 'text'],
  ['number', 'number'],
  ['date', 'moment'],
  ['datetime', 'moment'],
]);

/**
 * How the values of properties compare that a filter at `coordinate` names. Those that the schema does not know are
 * looked up in the portal's definitions, as of some minutes ago.
 * @throws GatewayError BAD_USER_INPUT for what cannot be searched for; MISSING_SCOPES for sensitive properties, since
 * who finds a record by a value knows the value
 */
export async function propertyKinds(
  connector: Connector,
  objectType: ObjectType,
  names: readonly string[],
  coordinate: string,
): Promise<ReadonlyMap<string, ValueKind>> {
  const kinds = new Map(
    Object.values(FILTER_FIELDS[objectType]).map(({ property, kind }) => [property, comparedAs(kind)]),
  );
  const others = names.filter((name) => !kinds.has(name));
  if (others.length === 0) return kinds;
  const definitions = await connector.metadata.propertiesNamed(objectType, others);
  for (const name of others) {
    const definition = definitions.get(name);
    if (!definition) throw refused(`This portal has no property ${name}.`);
    // https://developers.hubspot.com/docs/guides/api/crm/sensitive-data
    if (definition.sensitivity === 'highly_sensitive') throw refused(`HubSpot does not search the property ${name}.`);
    connector.requireScopes(valueRequirement(objectType, [definition]), coordinate);
    kinds.set(name, KINDS.get(definition.type) ?? 'option');
  }
  return kinds;
}

function refused(message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: 'filter' });
}
