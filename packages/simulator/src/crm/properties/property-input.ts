import { z } from 'zod';
import { validationError } from '../../answers.ts';
import type { PropertyGroup } from '../objects/define.ts';

/** The field types of each type. Clients cannot create properties of the other types. */
const FIELD_TYPES = {
  string: ['text', 'textarea', 'html', 'file', 'phonenumber', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  phone_number: ['phonenumber'],
} as const satisfies Record<string, readonly string[]>;

const Option = z.object({
  label: z.string().min(1),
  value: z.string().min(1),
  description: z.string().default(''),
  displayOrder: z.int().default(-1),
  hidden: z.boolean().default(false),
});

const Type = z.enum(['string', 'number', 'bool', 'enumeration', 'date', 'datetime', 'phone_number']);

const Changes = z.object({
  label: z.string().min(1).exactOptional(),
  type: Type.exactOptional(),
  fieldType: z.string().exactOptional(),
  description: z.string().exactOptional(),
  groupName: z.string().exactOptional(),
  options: z.array(Option).exactOptional(),
  displayOrder: z.int().exactOptional(),
  hidden: z.boolean().exactOptional(),
  formField: z.boolean().exactOptional(),
});

const NewProperty = Changes.extend({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string().min(1),
  type: Type,
  fieldType: z.string(),
  groupName: z.string(),
  hasUniqueValue: z.boolean().exactOptional(),
  externalOptions: z.boolean().exactOptional(),
  referencedObjectType: z.string().exactOptional(),
  dataSensitivity: z.enum(['non_sensitive', 'sensitive', 'highly_sensitive']).default('non_sensitive'),
});

/** The body of a property update. */
export type PropertyChanges = z.infer<typeof Changes>;

/**
 * The property in the body of a create, or HubSpot's error.
 * https://developers.hubspot.com/docs/guides/api/crm/properties
 */
export function parseNewProperty(
  groups: readonly PropertyGroup[],
  body: unknown,
): z.infer<typeof NewProperty> | Response {
  return checked(groups, NewProperty.safeParse(body));
}

/** The changes in the body of an update, or HubSpot's error. A change of the type needs a field type. */
export function parseChanges(groups: readonly PropertyGroup[], body: unknown): PropertyChanges | Response {
  return checked(groups, Changes.safeParse(body));
}

function checked<T extends PropertyChanges>(
  groups: readonly PropertyGroup[],
  parsed: z.ZodSafeParseResult<T>,
): T | Response {
  if (!parsed.success) return validationError(`The property is not valid. ${z.prettifyError(parsed.error)}`);
  const { type, fieldType, groupName, options = [] } = parsed.data;
  const fieldTypes: readonly string[] = type === undefined ? [] : FIELD_TYPES[type];
  if ((type ?? fieldType) !== undefined && !fieldTypes.includes(fieldType ?? '')) {
    return validationError(`A property of type ${type} cannot have the field type ${fieldType}.`);
  }
  if (groupName !== undefined && !groups.some(({ name }) => name === groupName)) {
    return validationError(`The property group ${groupName} does not exist.`);
  }
  if (new Set(options.map(({ value }) => value)).size < options.length) {
    return validationError('Two options have the same value.');
  }
  return parsed.data;
}
