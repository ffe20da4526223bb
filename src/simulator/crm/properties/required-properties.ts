import { REQUIRED_CODE } from '../../assumptions.ts';
import { Refusal } from '../../refusal.ts';
import { factsOf, type ObjectTypeName } from '../object-types.ts';

/**
 * What an admin of the portal demands of records. Only 2026-09 and later hold API writes to it.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export interface RequirementRule {
  readonly name: string;
  /** The form for new records asks for it. */
  readonly onCreate?: boolean;
  /** Required as soon as another property has this value. */
  readonly when?: { readonly name: string; readonly value: string };
}

/** A write, and what the record holds after it. */
export interface Written {
  readonly isNew: boolean;
  readonly values: Values;
  readonly after: Values;
}

type Values = Readonly<Record<string, string>>;

/** Throws HubSpot's refusal when a record would lack what HubSpot, or one of the rules, wants it to have. */
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

/** A condition counts for the writes that meet it or that clear what it demands, and not for all that come later. */
function applies({ name, onCreate, when }: RequirementRule, { isNew, values, after }: Written): boolean {
  if (isNew && onCreate) return true;
  if (!when || after[when.name] !== when.value) return false;
  return values[when.name] !== undefined || values[name] !== undefined;
}
