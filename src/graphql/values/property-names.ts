import { isPropertyName } from '../../crm/property.ts';
import { GatewayError } from '../../errors.ts';

/** The description of an argument or input field that takes the name of a property. */
export const PROPERTY_NAME = "HubSpot's internal name of the property, such as `hs_lead_status`: a-z, 0-9 and _.";
/** In one argument. List calls have the names in their URL, whose length is limited. */
export const MAX_PROPERTY_NAMES = 100;

/**
 * The property names in an argument.
 * @throws GatewayError BAD_USER_INPUT
 */
export function propertyNames(argument: string, value: unknown): readonly string[] {
  const names = [value].flat().map(String);
  if (names.length > MAX_PROPERTY_NAMES) {
    throw new GatewayError('BAD_USER_INPUT', `${argument} may hold ${MAX_PROPERTY_NAMES} names at most.`, { argument });
  }
  if (!names.every(isPropertyName)) {
    throw new GatewayError('BAD_USER_INPUT', `${argument} must be what HubSpot names a property: a-z, 0-9 and _.`, {
      argument,
    });
  }
  return names;
}
