import type { Pipeline, PipelineProperties } from '../pipelines.ts';
import type { PropertyDefinition, PropertyOption, PropertyType } from '../properties/property-definitions.ts';

/** HubSpot's definition of a standard object. */
export interface ObjectFacts {
  readonly name: string;
  /** The name in association types: `contact_to_deal`. */
  readonly singular: string;
  readonly typeId: string;
  /** The first record id. Record types do not share ids. */
  readonly firstId: number;
  /** Alternative scopes. */
  readonly scopes: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** Properties that every answer has. */
  readonly always: readonly string[];
  /**
   * Properties of an answer when the request names none. https://developers.hubspot.com/docs/guides/api/crm/search
   * (default properties)
   */
  readonly defaults: readonly string[];
  readonly modifiedProperty: string;
  /** New records need at least one property of each list. */
  readonly required: readonly (readonly string[])[];
  /**
   * Properties in which HubSpot searches a query.
   * https://developers.hubspot.com/docs/guides/api/crm/search#search-default-searchable-properties
   */
  readonly searchable: readonly string[];
  /** The properties with the pipeline and the stage, and HubSpot's default pipeline. */
  readonly pipelines?: PipelineProperties & { readonly standard: Pipeline };
  /** Association types to the object itself and to the objects before it in the list. */
  readonly associations: readonly AssociationRow[];
  /** The primary group first. */
  readonly groups: readonly PropertyGroup[];
  /** In alphabetical order. */
  readonly properties: readonly PropertyDefinition[];
}

/** A group of properties in HubSpot's app. */
export interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

// https://developers.hubspot.com/docs/guides/api/crm/associations (association type id values)
export type AssociationRow = readonly [to: string, ...AssociationMeaning];

/** Both directions of an association type. The inverse label is present when it differs. */
export type AssociationMeaning = readonly [
  label: string | null,
  typeId: number,
  inverseTypeId: number,
  inverseLabel?: string,
];

/** A property that HubSpot defines. Omitted fields have the most common values. */
export type PropertyRow = readonly [
  name: string,
  label: string,
  type: PropertyType,
  fieldType: string,
  more?: Partial<PropertyDefinition>,
];

/** Only HubSpot sets the value. */
export const READ_ONLY: Partial<PropertyDefinition> = {
  formField: false,
  modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: true },
};

export const CALCULATED: Partial<PropertyDefinition> = { ...READ_ONLY, calculated: true };

/** The value is the `id` of an owner. */
export const OWNER: Partial<PropertyDefinition> = {
  externalOptions: true,
  referencedObjectType: 'OWNER',
  formField: false,
};

/** Portals can change the options, but nothing else. */
export const OPEN_OPTIONS: Partial<PropertyDefinition> = {
  modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyOptions: false, readOnlyValue: false },
};

/** The facts of an object. Omitted fields have the most common values. */
interface ObjectSource extends Omit<ObjectFacts, 'modifiedProperty' | 'scopes' | 'always' | 'groups' | 'properties'> {
  readonly modifiedProperty?: string;
  readonly scopes?: ObjectFacts['scopes'];
  /** Labels by name. */
  readonly groups: Readonly<Record<string, string>>;
  /** By group, without the properties that all objects have. */
  readonly properties: Readonly<Record<string, readonly PropertyRow[]>>;
}

/** The names in `source` keep their literal types. */
export function defineObject<const Name extends string>(
  source: ObjectSource & { readonly name: Name },
): ObjectFacts & { readonly name: Name } {
  const { name, modifiedProperty = 'hs_lastmodifieddate' } = source;
  const always = ['createdate', 'hs_object_id', modifiedProperty].sort();
  const [mainGroup = ''] = Object.keys(source.groups);
  const kept: readonly PropertyRow[] = [
    ['createdate', 'Create Date', 'datetime', 'date', READ_ONLY],
    [modifiedProperty, 'Last Modified Date', 'datetime', 'date', READ_ONLY],
    ['hs_merged_object_ids', 'Merged object IDs', 'enumeration', 'checkbox', { ...READ_ONLY, hidden: true }],
  ];
  return {
    scopes: { read: [`crm.objects.${name}.read`], write: [`crm.objects.${name}.write`] },
    ...source,
    modifiedProperty,
    always,
    defaults: [...source.defaults, ...always].sort(),
    groups: Object.entries(source.groups).map(([group, label], displayOrder) => ({
      ...{ name: group, label, displayOrder },
      archived: false,
    })),
    properties: [...Object.entries(source.properties), [mainGroup, kept] as const]
      .flatMap(([groupName, rows]) => rows.map((row) => define(groupName, row)))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Options in order, by value. */
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
