import type { ObjectTypeName } from './object-types.ts';
import { COMPANY_PROPERTIES } from './properties/companies.ts';
import { CONTACT_PROPERTIES } from './properties/contacts.ts';
import { DEAL_PROPERTIES } from './properties/deals.ts';

/** How a value looks on the wire. `json` and `object_coordinates` are HubSpot's own and cannot be created. */
export type PropertyType =
  | 'string'
  | 'number'
  | 'bool'
  | 'enumeration'
  | 'date'
  | 'datetime'
  | 'phone_number'
  | 'json'
  | 'object_coordinates';

export type DataSensitivity = 'non_sensitive' | 'sensitive' | 'highly_sensitive';

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly description: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
}

/** A property's definition as HubSpot has it. https://developers.hubspot.com/docs/guides/api/crm/properties */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: PropertyType;
  /** How HubSpot's pages show it: `text`, `select`, `checkbox` (several options at once), `calculation_equation` … */
  readonly fieldType: string;
  readonly description: string;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  /** -1: behind those that have a place. */
  readonly displayOrder: number;
  readonly calculated: boolean;
  /** The allowed values are other things of the portal, such as owners, and not `options`. */
  readonly externalOptions: boolean;
  /** What the values are ids of: `OWNER`, `COMPANY`. */
  readonly referencedObjectType?: string;
  readonly hasUniqueValue: boolean;
  readonly hidden: boolean;
  readonly formField: boolean;
  readonly hubspotDefined: boolean;
  readonly dataSensitivity: DataSensitivity;
  readonly modificationMetadata: {
    readonly archivable: boolean;
    readonly readOnlyDefinition: boolean;
    /** Only HubSpot sets values. */
    readonly readOnlyValue: boolean;
    /** Only where it differs from `readOnlyDefinition`. */
    readonly readOnlyOptions?: boolean;
  };
}

/** The properties that HubSpot gives every portal, by object type, each list in alphabetical order. */
export const HUBSPOT_PROPERTIES: Readonly<Record<ObjectTypeName, readonly PropertyDefinition[]>> = {
  contacts: CONTACT_PROPERTIES,
  deals: DEAL_PROPERTIES,
  companies: COMPANY_PROPERTIES,
};

const MAIN_GROUPS: Readonly<Record<ObjectTypeName, string>> = {
  contacts: 'contactinformation',
  deals: 'dealinformation',
  companies: 'companyinformation',
};

/** What a portal's own property needs at least; all else has a default. */
export type CustomProperty = Pick<PropertyDefinition, 'name' | 'type' | 'fieldType'> & Partial<PropertyDefinition>;

/** The whole definition of a portal's own property. */
export function customProperty(type: ObjectTypeName, property: CustomProperty): PropertyDefinition {
  return {
    label: property.name,
    description: '',
    groupName: MAIN_GROUPS[type],
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    formField: true,
    hubspotDefined: false,
    dataSensitivity: 'non_sensitive',
    modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyOptions: false, readOnlyValue: false },
    ...property,
  };
}
