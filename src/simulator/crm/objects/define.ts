import type { Pipeline, PipelineProperties } from '../pipelines.ts';
import type { PropertyDefinition, PropertyOption, PropertyType } from '../properties/property-definitions.ts';

/** What HubSpot fixes for a standard object: all that the simulator knows of it follows from this. */
export interface ObjectFacts {
  readonly name: string;
  /** As it stands in association type names: `contact_to_deal`. */
  readonly singular: string;
  readonly typeId: string;
  /** Where the ids of its records begin, so that no two types share one. */
  readonly firstId: number;
  /** Scopes of which any one is enough. */
  readonly scopes: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** Present in every answer, asked for or not. */
  readonly always: readonly string[];
  /** Returned when nothing is asked for. https://developers.hubspot.com/docs/guides/api/crm/search (default properties) */
  readonly defaults: readonly string[];
  readonly modifiedProperty: string;
  /** New records have at least one property of each list. */
  readonly required: readonly (readonly string[])[];
  /** Where a query looks. https://developers.hubspot.com/docs/guides/api/crm/search#search-default-searchable-properties */
  readonly searchable: readonly string[];
  /** The properties that hold them, and the one that HubSpot gives every portal. */
  readonly pipelines?: PipelineProperties & { readonly standard: Pipeline };
  /** To itself and to the objects before it in the list. */
  readonly associations: readonly AssociationRow[];
  /** The main one first. */
  readonly groups: readonly PropertyGroup[];
  /** In alphabetical order of their names. */
  readonly properties: readonly PropertyDefinition[];
}

/** A heading under which HubSpot's pages show properties. */
interface PropertyGroup {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly archived: boolean;
}

// https://developers.hubspot.com/docs/guides/api/crm/associations (association type id values)
export type AssociationRow = readonly [to: string, ...AssociationMeaning];

/** Of both directions; the other one's label where it is not the same. */
export type AssociationMeaning = readonly [
  label: string | null,
  typeId: number,
  inverseTypeId: number,
  inverseLabel?: string,
];

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

/** What is said of an object; what is left out is as it is with most of them. */
interface ObjectSource extends Omit<ObjectFacts, 'modifiedProperty' | 'scopes' | 'always' | 'groups' | 'properties'> {
  readonly modifiedProperty?: string;
  readonly scopes?: ObjectFacts['scopes'];
  /** Labels by name. */
  readonly groups: Readonly<Record<string, string>>;
  /** By group, without those that all objects have. */
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
