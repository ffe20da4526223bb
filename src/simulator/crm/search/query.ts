import type { ObjectTypeName } from '../object-types.ts';
import type { IndexedRecord } from './search-index.ts';
import { parts, tokens } from './tokens.ts';

/** Where a query looks. https://developers.hubspot.com/docs/guides/api/crm/search#search-default-searchable-properties */
const SEARCHABLE: Readonly<Record<ObjectTypeName, readonly string[]>> = {
  contacts: [
    'firstname',
    'lastname',
    'email',
    'phone',
    'hs_additional_emails',
    'fax',
    'mobilephone',
    'company',
    'hs_marketable_until_renewal',
  ],
  companies: ['website', 'phone', 'name', 'domain'],
  deals: ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'],
};

/** Whether every part of the query begins a word of the record, which HubSpot leaves open: it may rank instead. */
export function queryTest(type: ObjectTypeName, query: string): (record: IndexedRecord) => boolean {
  const wanted = parts(query.toLowerCase());
  return ({ properties }) => {
    if (wanted.length === 0) return true;
    const words = tokens(
      SEARCHABLE[type]
        .map((name) => properties.get(name) ?? '')
        .join(' ')
        .toLowerCase(),
    );
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  };
}
