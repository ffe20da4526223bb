import { crmObject, type ObjectType } from '../../crm/objects.ts';
import { isPropertyName } from '../../crm/property.ts';
import { definitionScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { HubspotApi } from '../client.ts';
import { field, resultsOf } from '../json.ts';

/** A rule that an admin has made for the values of a property. */
export interface PropertyValidation {
  /** Such as `MIN_LENGTH`, `REGEX`. */
  readonly type: string;
  /** Such as `["5"]`; dates in epoch milliseconds. */
  readonly arguments: readonly string[];
}

/** A property with rules. */
export interface ValidatedProperty {
  readonly property: string;
  readonly validations: readonly PropertyValidation[];
}

/**
 * `GET /crm/property-validations/{version}/{objectTypeId}`: all properties with rules.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
 */
export async function listPropertyValidations(
  api: HubspotApi,
  objectType: ObjectType,
): Promise<readonly ValidatedProperty[]> {
  const { body } = await api.send({
    name: `propertyValidations.${objectType}.list`,
    method: 'GET',
    path: `/crm/property-validations/${api.version}/${crmObject(objectType).typeId}`,
    scopes: definitionScopes(objectType),
  });
  const results = resultsOf(body);
  if (!results) throw invalidResponse();
  return results.map(parseProperty);
}

function parseProperty(result: unknown): ValidatedProperty {
  const [property, rules] = [field(result, 'propertyName'), field(result, 'propertyValidationRules')];
  if (typeof property !== 'string' || !isPropertyName(property) || !Array.isArray(rules)) throw invalidResponse();
  return { property, validations: rules.map(parseRule) };
}

function parseRule(rule: unknown): PropertyValidation {
  const [type, values] = [field(rule, 'ruleType'), field(rule, 'ruleArguments') ?? []];
  if (typeof type !== 'string' || !Array.isArray(values)) throw invalidResponse();
  return { type, arguments: values.map(String) };
}

function invalidResponse(): GatewayError {
  return new GatewayError(
    'HUBSPOT_BAD_RESPONSE',
    'HubSpot answered something that is not a list of rules for properties.',
    {},
  );
}
