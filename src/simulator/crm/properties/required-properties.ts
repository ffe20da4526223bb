import { REQUIRED_CODE } from '../../assumptions.ts';
import { Refusal } from '../../refusal.ts';
import { factsOf, type ObjectTypeName } from '../object-types.ts';

/**
 * An admin's rule for required properties. It applies to API writes from version 2026-09 on.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export interface RequirementRule {
  readonly name: string;
  /** The property is required in new records. */
  readonly onCreate?: boolean;
  /** The property is required when another property has this value. */
  readonly when?: { readonly name: string; readonly value: string };
}

/** A write, and the values of the record after it. */
export interface Written {
  readonly isNew: boolean;
  readonly values: Values;
  readonly after: Values;
}

type Values = Readonly<Record<string, string>>;

/** Throws HubSpot's error when a record would lack a property that HubSpot or a rule requires. */
export function requireProperties(type: ObjectTypeName, write: Written, rules: readonly RequirementRule[]): void {
  const { isNew, after } = write;
  const { required, singular } = factsOf(type);
  const own = isNew ? required.filter((names) => names.every((name) => !after[name])).flat() : [];
  const ruled = rules.filter((rule) => !after[rule.name] && applies(rule, write)).map(({ name }) => name);
  const missing = [...new Set([...own, ...ruled])];
  if (missing.length === 0) return;
  throw new Refusal(400, {
    message: `Error ${isNew ? 'creating' : 'updating'} ${singular.toUpperCase()}. Some required properties were not set.`,
    errors: missing.map((name) => ({
      message: `Property "${name}" is required.`,
      code: REQUIRED_CODE,
      context: { propertyName: [name] },
    })),
    context: { properties: missing },
    category: 'VALIDATION_ERROR',
  });
}

/** A condition applies to writes that fulfil it or clear the required property, and not to later writes. */
function applies({ name, onCreate, when }: RequirementRule, { isNew, values, after }: Written): boolean {
  if (isNew && onCreate) return true;
  if (!when || after[when.name] !== when.value) return false;
  return values[when.name] !== undefined || values[name] !== undefined;
}
