/** The type of a value. `json` and `object_coordinates` are HubSpot's own and cannot be created. */
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

/** HubSpot's definition of a property. https://developers.hubspot.com/docs/guides/api/crm/properties */
export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly type: PropertyType;
  /** HubSpot's form field: `text`, `select`, `checkbox` (several options at once), `calculation_equation` … */
  readonly fieldType: string;
  readonly description: string;
  readonly groupName: string;
  readonly options: readonly PropertyOption[];
  /** -1 for the last position. */
  readonly displayOrder: number;
  readonly calculated: boolean;
  /** The values are ids of other objects, such as owners, instead of `options`. */
  readonly externalOptions: boolean;
  /** The type of the objects whose ids are the values: `OWNER`, `COMPANY`. */
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

/** A custom property. The optional fields have defaults. */
export type CustomProperty = Pick<PropertyDefinition, 'name' | 'type' | 'fieldType'> & Partial<PropertyDefinition>;
