import { GatewayError } from '../../errors.ts';

/** HubSpot's internal names: lower case, digits and underscores. */
const NAME = /^[a-z0-9_]{1,100}$/;
/** What names a property, for the descriptions of arguments and inputs. */
export const PROPERTY_NAME = "HubSpot's internal name of the property, such as `hs_lead_status`: a-z, 0-9 and _.";
/** In one argument: lists carry them in their URL. */
export const MAX_PROPERTY_NAMES = 100;

/**
 * The properties that an argument names.
 * @throws GatewayError BAD_USER_INPUT
 */
export function propertyNames(argument: string, value: unknown): readonly string[] {
  const names = [value].flat().map(String);
  if (names.length > MAX_PROPERTY_NAMES) {
    throw new GatewayError('BAD_USER_INPUT', `${argument} may hold ${MAX_PROPERTY_NAMES} names at most.`, { argument });
  }
  if (!names.every((name) => NAME.test(name))) {
    throw new GatewayError('BAD_USER_INPUT', `${argument} must be what HubSpot names a property: a-z, 0-9 and _.`, {
      argument,
    });
  }
  return names;
}
