/**
 * HubSpot's `type` of a property, which says how its values are written and compared; `other` for a type that HubSpot
 * added since. https://developers.hubspot.com/docs/guides/api/crm/properties
 */
export type PropertyType = (typeof HUBSPOT_TYPES)[number] | 'other';

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

/** HubSpot's type of a property that holds values of this kind. */
export function typeOf(kind: FieldKind): PropertyType {
  return kind === 'owner' || kind === 'pipeline' || kind === 'stage' ? 'enumeration' : kind;
}

/** Whether HubSpot compares such values without their case. */
export function isText(kind: PropertyKind): boolean {
  return kind === 'string' || kind === 'phone_number';
}

/** A property that every portal has, and that the schema has a field for. */
export interface Property {
  /** HubSpot's internal name. */
  readonly name: string;
  readonly kind: FieldKind;
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

export function string(name: string, description: string, use?: PropertyUse): Property {
  return property('string', name, description, use);
}

/** A number, digit for digit. */
export function number(name: string, description: string, use?: PropertyUse): Property {
  return property('number', name, description, use);
}

/** A moment. */
export function datetime(name: string, description: string, use?: PropertyUse): Property {
  return property('datetime', name, description, use);
}

/** HubSpot's internal value of an option. */
export function enumeration(name: string, description: string, use?: PropertyUse): Property {
  return property('enumeration', name, description, use);
}

/** An owner by id. Arguments call such a field by its name and `Id`, as they do with the next two. */
export function owner(name: string, description: string, use?: PropertyUse): Property {
  return property('owner', name, description, use);
}

/** A pipeline by id. */
export function pipeline(name: string, description: string, use?: PropertyUse): Property {
  return property('pipeline', name, description, use);
}

/** A stage by id, in the pipeline whose id the property `of` holds. */
export function stage(name: string, of: string, description: string, use?: PropertyUse): Property {
  return { ...property('stage', name, description, use), pipeline: of };
}

function property(
  kind: FieldKind,
  name: string,
  description: string,
  { filter = true, order = true, write = true, unique = false }: PropertyUse = {},
): Property {
  const input = typeof write === 'string' ? write : write ? description : undefined;
  return { name, kind, description, filter, order, input, unique, pipeline: undefined };
}
