/**
 * HubSpot's `type` of a property, which says how its values are written and compared; `other` for a type that HubSpot
 * added since. https://developers.hubspot.com/docs/guides/api/crm/properties
 */
export type PropertyType = (typeof HUBSPOT_TYPES)[number] | 'other';

/** Properties are listed by how sensitive their values are. https://developers.hubspot.com/docs/guides/api/crm/sensitive-data */
export type DataSensitivity = 'non_sensitive' | 'sensitive' | 'highly_sensitive';

/** What some enumerations hold the id of. */
export type Reference = 'owner' | 'pipeline' | 'stage';

/** What a value is: of one of HubSpot's types, or an id. */
export type PropertyKind = PropertyType | Reference;

/** The kinds of the properties that have a field of their own. */
export type FieldKind = 'string' | 'number' | 'datetime' | 'enumeration' | Reference;

const HUBSPOT_TYPES = ['string', 'number', 'bool', 'date', 'datetime', 'enumeration', 'phone_number'] as const;

/** The type that HubSpot calls `name`. */
export function propertyType(name: string): PropertyType {
  return HUBSPOT_TYPES.find((type) => type === name) ?? 'other';
}

const NAME = /^[a-z0-9_]{1,100}$/;

/** Whether HubSpot may have a property with this internal name: lower case, digits and underscores. */
export function isPropertyName(name: string): boolean {
  return NAME.test(name);
}

export function isReference(kind: FieldKind): kind is Reference {
  return kind === 'owner' || kind === 'pipeline' || kind === 'stage';
}

/** HubSpot's type of a property that holds values of this kind. */
export function typeOf(kind: FieldKind): PropertyType {
  return isReference(kind) ? 'enumeration' : kind;
}

/** Whether HubSpot compares such values without their case. */
export function isText(kind: PropertyKind): boolean {
  return kind === 'string' || kind === 'phone_number';
}

/** A property that every portal has, and that the schema has a field for. */
export interface Property<Kind extends FieldKind = FieldKind> {
  /** HubSpot's internal name. */
  readonly name: string;
  readonly kind: Kind;
  /** Of the field that shows it. */
  readonly description: string;
  /** Lists can be filtered by it. */
  readonly filter: boolean;
  /** Lists can be put in its order. */
  readonly order: boolean;
  /** Inputs write it: the description of their field. */
  readonly input: string | undefined;
  /** No two records have the same value, in any portal: upserts find a record by it. */
  readonly unique: boolean;
  /** Of a stage: the name of the property that holds its pipeline, as two pipelines may have stages of one id. */
  readonly pipeline: string | undefined;
}

/** What can be done with a property besides reading it. */
export interface PropertyUse {
  /** `true` when left out. */
  readonly filter?: boolean;
  /** `true` when left out. */
  readonly order?: boolean;
  /** `true` when left out; a text describes the field of inputs where the description of the other does not fit. */
  readonly write?: boolean | string;
  /** `false` when left out. */
  readonly unique?: boolean;
}

export const string = ofKind('string');
/** Digit for digit. */
export const number = ofKind('number');
export const datetime = ofKind('datetime');
/** HubSpot's internal value of an option. */
export const enumeration = ofKind('enumeration');
// Arguments call a field that holds an id by its name and `Id`.
export const owner = ofKind('owner');
export const pipeline = ofKind('pipeline');

/** In the pipeline whose id the property `of` holds. */
export function stage(name: string, of: string, description: string, use?: PropertyUse): Property<'stage'> {
  return { ...ofKind('stage')(name, description, use), pipeline: of };
}

function ofKind<Kind extends FieldKind>(kind: Kind) {
  return (name: string, description: string, use: PropertyUse = {}): Property<Kind> => {
    const { filter = true, order = true, write = true, unique = false } = use;
    const input = typeof write === 'string' ? write : write ? description : undefined;
    return { name, kind, description, filter, order, input, unique, pipeline: undefined };
  };
}
