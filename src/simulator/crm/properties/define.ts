import type { PropertyDefinition, PropertyOption, PropertyType } from '../property-definitions.ts';

/** One of HubSpot's own properties; what is left out is as it is with most of them. */
export type PropertyRow = readonly [
  name: string,
  label: string,
  type: PropertyType,
  fieldType: string,
  more?: Partial<PropertyDefinition>,
];

/** Only HubSpot sets the value, and no form asks for it. */
export const READ_ONLY: Partial<PropertyDefinition> = {
  formField: false,
  modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: true },
};

export const CALCULATED: Partial<PropertyDefinition> = { ...READ_ONLY, calculated: true };

/** The value is an owner's `id`. */
export const OWNER: Partial<PropertyDefinition> = {
  externalOptions: true,
  referencedObjectType: 'OWNER',
  formField: false,
};

/** The portal may change the options, though not the rest. */
export const OPEN_OPTIONS: Partial<PropertyDefinition> = {
  modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyOptions: false, readOnlyValue: false },
};

/** Definitions by group, in alphabetical order of their names. */
export function defineProperties(
  groups: Readonly<Record<string, readonly PropertyRow[]>>,
): readonly PropertyDefinition[] {
  return Object.entries(groups)
    .flatMap(([groupName, rows]) => rows.map((row) => define(groupName, row)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Options in the order given, by value. */
export function options(labels: Readonly<Record<string, string>>): readonly PropertyOption[] {
  return Object.entries(labels).map(([value, label], displayOrder) => ({
    label,
    value,
    description: '',
    displayOrder,
    hidden: false,
  }));
}

function define(groupName: string, [name, label, type, fieldType, more]: PropertyRow): PropertyDefinition {
  return {
    name,
    label,
    type,
    fieldType,
    description: '',
    groupName,
    options: type === 'bool' ? options({ true: 'True', false: 'False' }) : [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    formField: true,
    hubspotDefined: true,
    dataSensitivity: 'non_sensitive',
    modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: false },
    ...more,
  };
}
