import { datetime, type FieldKind, isReference, owner, type Property } from './property.ts';

/** A property that only some record types have. */
export type OwnProperty = Property<Exclude<FieldKind, 'owner'>>;

/** The facts of a CRM object from which its types, fields, filters, inputs and scopes follow. */
export interface ObjectFacts {
  /** HubSpot's plural in paths and scopes, and the name of the list field of `Crm`. */
  readonly objectType: string;
  /** HubSpot's id of the object type: https://developers.hubspot.com/docs/guides/crm/understanding-the-crm */
  readonly typeId: string;
  /** HubSpot's singular, and the name of the field of `Crm` for one record. */
  readonly singular: string;
  /** The name of the GraphQL type. */
  readonly typename: string;
  /** One record, as the beginning of a sentence. */
  readonly description: string;
  /** The records, in one word. */
  readonly records: string;
  /** The properties in which HubSpot searches words. https://developers.hubspot.com/docs/api-reference/search/guide */
  readonly searched: string;
  /** The properties without which HubSpot creates no record. Absent when one of several is enough. */
  readonly required?: readonly string[];
  /** By field name. All records have an owner in addition. */
  readonly properties: Readonly<Record<string, OwnProperty>>;
  /** The property with the time of the last change; by default `hs_lastmodifieddate`. */
  readonly updatedAt?: string;
  /**
   * The properties with the ids that were merged into the record, separated by semicolons; by default
   * `hs_merged_object_ids`.
   */
  readonly formerIds?: readonly string[];
  /** Whether HubSpot can delete a record permanently by its id or by its e-mail address. By default `false`. */
  readonly privacyDeletion?: boolean;
  /** Alternative scopes; by default `crm.objects.{type}.read` and `crm.objects.{type}.write`. */
  readonly scopes?: { readonly read: readonly string[]; readonly write: readonly string[] };
  /**
   * Ids of the association types without a label, for the object itself and for the objects before it in the list: to a
   * record of that type, and from one.
   * https://developers.hubspot.com/docs/guides/api/crm/associations (association type id values)
   */
  readonly associations: Readonly<Record<string, readonly [to: number, from: number]>>;
}

/** Properties by argument name. */
export type ArgumentFields = Readonly<Record<string, Property>>;

/** The definition of a CRM object. */
export interface ObjectDefinition extends ObjectFacts {
  readonly formerIds: NonNullable<ObjectFacts['formerIds']>;
  readonly required: NonNullable<ObjectFacts['required']>;
  readonly scopes: NonNullable<ObjectFacts['scopes']>;
  readonly privacyDeletion: boolean;
  /** Properties for filters. */
  readonly filters: ArgumentFields;
  /** Properties for orders. */
  readonly orders: ArgumentFields;
  /** Properties for inputs of mutations. */
  readonly inputs: ArgumentFields;
  /** The property that is unique in every portal. Upserts find a record by it. */
  readonly uniqueProperty: string | undefined;
  readonly hasPipelines: boolean;
}

/** Properties of all records. The interface `CrmRecord` has their fields. */
export const RECORD_PROPERTIES = {
  createdAt: datetime('createdate', 'The time at which the record was created in HubSpot.', { write: false }),
  updatedAt: datetime(
    'hs_lastmodifieddate',
    'The time of the last change of the record, by any user or by HubSpot itself.',
    { write: false },
  ),
  owner: owner(
    'hubspot_owner_id',
    'The person or queue that owns the record, also a deactivated owner. The data can be some minutes old.',
    { write: "The owner of the record: HubSpot's owner id, or a global id." },
  ),
} as const;

/** Completes the facts of a CRM object. The names in `facts` keep their literal types. */
export function defineObject<const Facts extends ObjectFacts>(facts: Facts): Facts & ObjectDefinition {
  const { objectType, updatedAt = RECORD_PROPERTIES.updatedAt.name } = facts;
  const properties: Readonly<Record<string, Property>> = {
    ...facts.properties,
    ...RECORD_PROPERTIES,
    updatedAt: { ...RECORD_PROPERTIES.updatedAt, name: updatedAt },
  };
  const argumentsFor = (isIncluded: (property: Property) => boolean): ArgumentFields =>
    Object.fromEntries(
      Object.entries(properties)
        .filter(([, property]) => isIncluded(property))
        .map(([field, property]) => [isReference(property.kind) ? `${field}Id` : field, property]),
    );
  return {
    formerIds: ['hs_merged_object_ids'],
    privacyDeletion: false,
    required: [],
    scopes: { read: [`crm.objects.${objectType}.read`], write: [`crm.objects.${objectType}.write`] },
    ...facts,
    filters: argumentsFor(({ filter }) => filter),
    orders: argumentsFor(({ order }) => order),
    inputs: argumentsFor(({ input }) => input !== undefined),
    uniqueProperty: Object.values(properties).find(({ unique }) => unique)?.name,
    hasPipelines: Object.values(properties).some(({ kind }) => kind === 'pipeline'),
  };
}
