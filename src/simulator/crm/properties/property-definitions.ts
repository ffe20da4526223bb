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

/** What a portal's own property needs at least; all else has a default. */
export type CustomProperty = Pick<PropertyDefinition, 'name' | 'type' | 'fieldType'> & Partial<PropertyDefinition>;
