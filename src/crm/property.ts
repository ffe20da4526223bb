/**
 * HubSpot's `type` of a property, which decides the format and the comparison of its values. `other` for types that the
 * gateway does not know. https://developers.hubspot.com/docs/guides/api/crm/properties
 */
export type PropertyType = (typeof HUBSPOT_TYPES)[number] | 'other';

/** The sensitivity of a property's values. https://developers.hubspot.com/docs/guides/api/crm/sensitive-data */
export type DataSensitivity = 'non_sensitive' | 'sensitive' | 'highly_sensitive';

/** The object whose id an enumeration property has. */
export type Reference = 'owner' | 'pipeline' | 'stage';

/** The kind of a property's values: one of HubSpot's types, or the id of another object. */
export type PropertyKind = PropertyType | Reference;

/** The kinds of properties that have a field in the schema. */
export type FieldKind = 'string' | 'number' | 'datetime' | 'enumeration' | Reference;

const HUBSPOT_TYPES = ['string', 'number', 'bool', 'date', 'datetime', 'enumeration', 'phone_number'] as const;

/** The type with HubSpot's name `name`. */
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

/** HubSpot's type of a property of this kind. */
export function typeOf(kind: FieldKind): PropertyType {
  return isReference(kind) ? 'enumeration' : kind;
}

/** Whether HubSpot ignores case when it compares values of this kind. */
export function isText(kind: PropertyKind): boolean {
  return kind === 'string' || kind === 'phone_number';
}

/** A property that HubSpot defines in every portal, and that has a field in the schema. */
export interface Property<Kind extends FieldKind = FieldKind> {
  /** HubSpot's internal name. */
  readonly name: string;
  readonly kind: Kind;
  /** The description of the field. */
  readonly description: string;
  /** Whether filters have the property. */
  readonly filter: boolean;
  /** Whether orders have the property. */
  readonly order: boolean;
  /** The description of the field in inputs; `undefined` when inputs do not have the property. */
  readonly input: string | undefined;
  /** Whether values are unique in every portal. Upserts can find a record by a unique property. */
  readonly unique: boolean;
  /** For a stage, the property with its pipeline, because stages of two pipelines can have the same id. */
  readonly pipeline: string | undefined;
}

/** The uses of a property in addition to reading it. */
export interface PropertyUse {
  /** By default `true`. */
  readonly filter?: boolean;
  /** By default `true`. */
  readonly order?: boolean;
  /** By default `true`. A text replaces the description for the field in inputs. */
  readonly write?: boolean | string;
  /** By default `false`. */
  readonly unique?: boolean;
}

export const string = ofKind('string');
/** A decimal number with all its digits. */
export const number = ofKind('number');
export const datetime = ofKind('datetime');
/** HubSpot's internal value of an option. */
export const enumeration = ofKind('enumeration');
// Filters and inputs name the fields of these kinds with the suffix `Id`.
export const owner = ofKind('owner');
export const pipeline = ofKind('pipeline');

/** A stage of the pipeline whose id is in the property `of`. */
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
