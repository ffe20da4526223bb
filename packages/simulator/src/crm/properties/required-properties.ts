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
  requireDefaults(type, write);
  const errors = rules.filter(({ name }) => !write.after[name]).flatMap((rule) => ruleError(rule, write) ?? []);
  if (errors.length === 0) return;
  throw new Refusal(400, {
    message: 'The property values provided are invalid',
    errors: [...new Map(errors.map((error) => [`${error.code} ${error.context.propertyName}`, error])).values()],
    category: 'VALIDATION_ERROR',
  });
}

/** Throws HubSpot's error when a new record lacks a property that HubSpot itself requires. */
function requireDefaults(type: ObjectTypeName, { isNew, after }: Written): void {
  const { required, singular } = factsOf(type);
  const missing = isNew ? required.filter((names) => names.every((name) => !after[name])).flat() : [];
  if (missing.length === 0) return;
  throw new Refusal(400, {
    message: `Error creating ${singular.toUpperCase()}. Some required properties were not set.`,
    errors: missing.map((name) => ({
      message: `Property "${name}" is required.`,
      code: REQUIRED_CODE,
      context: { propertyName: [name] },
    })),
    context: { properties: missing },
    category: 'VALIDATION_ERROR',
  });
}

/**
 * The error of a rule that applies to this write. A condition applies only to a write that meets it, or that clears the
 * required property. Later writes are not checked.
 */
function ruleError({ name, onCreate, when }: RequirementRule, { isNew, values, after }: Written) {
  const context = { propertyName: [name] };
  if (isNew && onCreate) {
    return { code: 'MISSING_REQUIRED_PROPERTY', message: `A value for ${name} must be provided`, context };
  }
  if (!when || after[when.name] !== when.value) return undefined;
  if (values[when.name] === undefined && values[name] === undefined) return undefined;
  const message = `${name} is required because of a conditional property rule based on [${when.name}]`;
  return { code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', message, context };
}
