import type { CrmObject } from '../../crm/objects.ts';
import type { PropertyValidation, ValidatedProperty } from '../../hubspot/crm/property-validations.ts';
import type { LearnedRule } from './learned-rules.ts';

/** The known rules for the values of a property. */
export interface WriteRule {
  /** HubSpot's internal name. */
  readonly property: string;
  /** `undefined` when unknown. */
  readonly requiredOnCreate: true | undefined;
  /** Empty when unknown. */
  readonly requiredWhen: readonly RequiredWhen[];
  /** The rules for values. */
  readonly validations: readonly PropertyValidation[];
}

/** A record with one of these values of `property` needs a value of the other property. */
export interface RequiredWhen {
  readonly property: string;
  readonly values: readonly string[];
}

/**
 * The rules of an object type, by the name of the property: those that HubSpot documents, those that it lists, and those
 * that refused writes have told.
 */
export function writeRules(
  { required }: CrmObject,
  validated: readonly ValidatedProperty[],
  learned: ReadonlyMap<string, LearnedRule>,
): readonly WriteRule[] {
  const validations = new Map(validated.map((entry) => [entry.property, entry.validations]));
  const names = new Set([...required, ...validations.keys(), ...learned.keys()]);
  return [...names].sort().map((property) => {
    const rule = learned.get(property);
    return {
      property,
      requiredOnCreate: required.includes(property) || rule?.requiredOnCreate ? true : undefined,
      requiredWhen: [...(rule?.requiredWhen ?? [])].map(([deciding, values]) => ({
        property: deciding,
        values: [...values].sort(),
      })),
      validations: validations.get(property) ?? [],
    };
  });
}
