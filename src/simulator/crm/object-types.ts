export type ObjectTypeName = 'contacts' | 'deals' | 'companies';

/** What HubSpot fixes for a standard object. */
export interface ObjectTypeFacts {
  readonly name: ObjectTypeName;
  /** As it stands in association type names: `contact_to_deal`. */
  readonly singular: string;
  readonly typeId: string;
  /** Present in every answer, asked for or not. */
  readonly always: readonly string[];
  /** Returned when nothing is asked for. */
  readonly defaults: readonly string[];
  readonly modifiedProperty: string;
}

// https://developers.hubspot.com/docs/guides/api/crm/search (default properties); type ids: …/understanding-the-crm
export const OBJECT_TYPES: Readonly<Record<ObjectTypeName, ObjectTypeFacts>> = {
  contacts: {
    name: 'contacts',
    singular: 'contact',
    typeId: '0-1',
    always: ['createdate', 'hs_object_id', 'lastmodifieddate'],
    defaults: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    modifiedProperty: 'lastmodifieddate',
  },
  companies: {
    name: 'companies',
    singular: 'company',
    typeId: '0-2',
    always: ['createdate', 'hs_lastmodifieddate', 'hs_object_id'],
    defaults: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    modifiedProperty: 'hs_lastmodifieddate',
  },
  deals: {
    name: 'deals',
    singular: 'deal',
    typeId: '0-3',
    always: ['createdate', 'hs_lastmodifieddate', 'hs_object_id'],
    defaults: [
      'amount',
      'closedate',
      'createdate',
      'dealname',
      'dealstage',
      'hs_lastmodifieddate',
      'hs_object_id',
      'pipeline',
    ],
    modifiedProperty: 'hs_lastmodifieddate',
  },
};

const BY_NAME = new Map(
  Object.values(OBJECT_TYPES).flatMap((facts) =>
    [facts.name, facts.singular, facts.typeId].map((name): [string, ObjectTypeFacts] => [name, facts]),
  ),
);

/** By any name that HubSpot accepts in a path: `contacts`, `CONTACT`, `0-1`. */
export function objectType(name: string): ObjectTypeFacts | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The scope that reading records of a type needs. */
export function readScope({ name }: ObjectTypeFacts): string {
  return `crm.objects.${name}.read`;
}

/** The scope that any write of records of a type needs. */
export function writeScope({ name }: ObjectTypeFacts): string {
  return `crm.objects.${name}.write`;
}
