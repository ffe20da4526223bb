import type { Condition } from '../connector/condition.ts';
import type { Connector } from '../connector/connector.ts';
import { type Search, toSearch } from '../connector/search.ts';
import { GatewayError } from '../errors.ts';
import type { ObjectType } from '../hubspot/objects.ts';
import type { SearchSort } from '../hubspot/search.ts';
import { builder } from './builder.ts';
import { FILTER_FIELDS } from './filter-fields.ts';
import { filterCondition, namedProperties } from './filters.ts';
import { recordIdIn } from './global-id.ts';
import { propertyKinds } from './property-kinds.ts';
import { type RecordType, recordTypeOf } from './record-types.ts';
import { readable } from './scopes.ts';
import { filterInput, type RecordFilter } from './types/filter.ts';
import { orderInput } from './types/order.ts';

/** The arguments of `contacts` and its like that choose among records. */
export function searchArgs({ typename, objectType }: RecordType) {
  const filter = filterInput(`${typename}Filter`, FILTER_FIELDS[objectType]);
  const orderBy = orderInput(typename, FILTER_FIELDS[objectType]);
  return builder.args((t) => ({
    filter: t.field({ type: filter, description: 'Only records that fit.' }),
    query: t.string({
      description:
        'Only records that have these words in one of the properties that HubSpot searches, such as names, e-mail addresses and telephone numbers. With blank text, any record.',
    }),
    orderBy: t.field({ type: orderBy, description: 'Left out, searches are in the order of record ids.' }),
    archived: t.boolean({
      defaultValue: false,
      description: 'Only those in the recycle bin. Not with the other arguments: searches never find them.',
    }),
  }));
}

/** What they hold. */
export interface SearchArgs {
  readonly filter?: RecordFilter | null | undefined;
  readonly query?: string | null | undefined;
  readonly orderBy?: { readonly field: string; readonly direction: SearchSort['direction'] } | null | undefined;
  readonly archived?: boolean | null | undefined;
}

/**
 * The search that answers the arguments of the field `coordinate`; `undefined` when a plain list does: with nothing
 * given but `archived`.
 * @throws GatewayError BAD_USER_INPUT, and MISSING_SCOPES for what a search would tell of neighbours or sensitive values
 */
export async function searchOf(
  { objectType }: RecordType,
  connector: Connector,
  { filter, query, orderBy, archived }: SearchArgs,
  coordinate: string,
): Promise<Search | undefined> {
  if (filter == null && query == null && orderBy == null) return undefined;
  if (archived) {
    throw new GatewayError('BAD_USER_INPUT', 'HubSpot does not search archived records.', { argument: 'archived' });
  }
  const search = toSearch({
    condition: filter ? await conditionOf(filter, connector, objectType, coordinate) : undefined,
    query: query?.trim() || undefined,
    sort: orderBy ? { propertyName: orderBy.field, direction: orderBy.direction } : undefined,
  });
  connector.requireScopes(readable(...new Set([objectType, ...search.neighbours])), coordinate);
  return search;
}

async function conditionOf(
  filter: RecordFilter,
  connector: Connector,
  objectType: ObjectType,
  coordinate: string,
): Promise<Condition> {
  const kinds = await propertyKinds(connector, objectType, namedProperties(filter), coordinate);
  return filterCondition(filter, {
    fields: FILTER_FIELDS[objectType],
    kindOf: (property) => kinds.get(property) ?? 'option',
    idOf: (type, id) => {
      const typename = type === 'owners' ? 'Owner' : recordTypeOf(type).typename;
      return recordIdIn(typename, connector.installation.hubId, id, 'filter');
    },
  });
}
