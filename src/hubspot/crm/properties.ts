import type { ObjectType } from '../../crm/objects.ts';
import { type DataSensitivity, type PropertyType, propertyType } from '../../crm/property.ts';
import { definitionScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field, resultsOf, text } from '../json.ts';

/** An allowed value of a property. */
export interface PropertyOption {
  readonly value: string;
  readonly label: string;
}

/** The definition of a property, by HubSpot or the portal's administrators. */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: PropertyType;
  /** The form field in HubSpot's user interface; `checkbox` has several values. */
  readonly fieldType: string;
  readonly description: string | null;
  readonly groupName: string | null;
  readonly options: readonly PropertyOption[];
  /** Only HubSpot sets values. */
  readonly readOnly: boolean;
  /** HubSpot's user interface does not show it. */
  readonly hidden: boolean;
  /** No two records have the same value. */
  readonly unique: boolean;
  readonly sensitivity: DataSensitivity;
}

/** `GET /crm/properties/{version}/{objectType}`: the definitions of one sensitivity, without archived ones. */
export async function listProperties(
  api: HubspotApi,
  objectType: ObjectType,
  sensitivity: DataSensitivity,
): Promise<readonly PropertyDefinition[]> {
  const query = sensitivity === 'non_sensitive' ? '' : `?dataSensitivity=${sensitivity}`;
  const { body } = await api.send({
    name: `properties.${objectType}.list`,
    method: 'GET',
    path: `/crm/properties/${api.version}/${objectType}${query}`,
    scopes: definitionScopes(objectType),
  });
  const results = resultsOf(body);
  if (!results) throw invalidResponse();
  return results.map((property) => parseProperty(property, sensitivity));
}

function parseProperty(property: unknown, sensitivity: DataSensitivity): PropertyDefinition {
  const [name, type] = [text(field(property, 'name')), text(field(property, 'type'))];
  if (name === null || type === null) throw invalidResponse();
  const options = field(property, 'options');
  return {
    name,
    type: propertyType(type),
    label: text(field(property, 'label')) ?? name,
    fieldType: text(field(property, 'fieldType')) ?? '',
    description: text(field(property, 'description')),
    groupName: text(field(property, 'groupName')),
    options: Array.isArray(options) ? options.map(parseOption) : [],
    readOnly: field(field(property, 'modificationMetadata'), 'readOnlyValue') === true,
    hidden: field(property, 'hidden') === true,
    unique: field(property, 'hasUniqueValue') === true,
    sensitivity,
  };
}

function parseOption(option: unknown): PropertyOption {
  const value = String(field(option, 'value') ?? '');
  return { value, label: text(field(option, 'label')) ?? value };
}

function invalidResponse(): GatewayError {
  return new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot answered something that is not a list of properties.', {});
}
