import { datetime, type FieldKind, isReference, owner, type Property } from './property.ts';

/** A property that not all records have. */
export type OwnProperty = Property<Exclude<FieldKind, 'owner'>>;

/** What has to be known of a CRM object to serve it. Everything else follows from this. */
export interface ObjectFacts {
  /** HubSpot's plural, of paths and scopes; the name of the list on `Crm`, too. */
  readonly objectType: string;
  /** HubSpot's singular; the name of the single record on `Crm`, too. */
  readonly singular: string;
  /** The name of the type in GraphQL. */
  readonly typename: string;
  /** What one record is, as the beginning of a sentence. */
  readonly description: string;
  /** What the records are, in one word. */
  readonly records: string;
  /** Where HubSpot looks for the words of a query. https://developers.hubspot.com/docs/api-reference/search/guide */
  readonly searched: string;
  /** By the names of their fields. All records have owners. */
  readonly properties: Readonly<Record<string, OwnProperty>>;
  /** Where HubSpot keeps the time of the last change; `hs_lastmodifieddate` when left out. */
  readonly updatedAt?: string;
  /** Where HubSpot lists ids that were merged into the record, joined by semicolons; `hs_merged_object_ids` when left out. */
  readonly formerIds?: readonly string[];
  /** Scopes of which any one is enough; `crm.objects.{type}.read` and `crm.objects.{type}.write` when left out. */
  readonly scopes?: { readonly read: readonly string[]; readonly write: readonly string[] };
  /**
   * Ids of the plain association types to itself and to the objects before it in the list: to a record of that type, and
   * from one. https://developers.hubspot.com/docs/guides/api/crm/associations (association type id values)
   */
  readonly associations: Readonly<Record<string, readonly [to: number, from: number]>>;
}

/** Properties by the names of the arguments that they are. */
export type ArgumentFields = Readonly<Record<string, Property>>;

/** What follows from the facts. */
export interface ObjectDefinition extends ObjectFacts {
  readonly formerIds: NonNullable<ObjectFacts['formerIds']>;
  readonly scopes: NonNullable<ObjectFacts['scopes']>;
  /** What lists can be filtered by. */
  readonly filters: ArgumentFields;
  /** What lists can be ordered by. */
  readonly orders: ArgumentFields;
  /** What inputs write. */
  readonly inputs: ArgumentFields;
  /** The property by which upserts find a record in every portal. */
  readonly uniqueProperty: string | undefined;
  readonly hasPipelines: boolean;
}

/** Properties of all records: the interface `CrmRecord` has the fields. */
export const RECORD_PROPERTIES = {
  createdAt: datetime('createdate', 'When the record was created in HubSpot.', { write: false }),
  updatedAt: datetime(
    'hs_lastmodifieddate',
    'When the record last changed in HubSpot, by anybody or by HubSpot itself.',
    { write: false },
  ),
  owner: owner(
    'hubspot_owner_id',
    'The person or queue that the record belongs to, as of some minutes ago; people who left are told of, too.',
    { write: "The owner that the record belongs to: HubSpot's own owner id, or a global id." },
  ),
} as const;

/** The names in `facts` keep their literal types. */
export function defineObject<const Facts extends ObjectFacts>(facts: Facts): Facts & ObjectDefinition {
  const { objectType, updatedAt = RECORD_PROPERTIES.updatedAt.name } = facts;
  const properties: Readonly<Record<string, Property>> = {
    ...facts.properties,
    ...RECORD_PROPERTIES,
    updatedAt: { ...RECORD_PROPERTIES.updatedAt, name: updatedAt },
  };
  const argumentsFor = (isOne: (property: Property) => boolean): ArgumentFields =>
    Object.fromEntries(
      Object.entries(properties)
        .filter(([, property]) => isOne(property))
        .map(([field, property]) => [isReference(property.kind) ? `${field}Id` : field, property]),
    );
  return {
    formerIds: ['hs_merged_object_ids'],
    scopes: { read: [`crm.objects.${objectType}.read`], write: [`crm.objects.${objectType}.write`] },
    ...facts,
    filters: argumentsFor(({ filter }) => filter),
    orders: argumentsFor(({ order }) => order),
    inputs: argumentsFor(({ input }) => input !== undefined),
    uniqueProperty: Object.values(properties).find(({ unique }) => unique)?.name,
    hasPipelines: Object.values(properties).some(({ kind }) => kind === 'pipeline'),
  };
}
