import type { Connector } from '../../connector/connector.ts';
import type { Condition } from '../../connector/search/condition.ts';
import { type Search, type SearchCriteria, toSearch } from '../../connector/search/search.ts';
import { type CrmObject, crmObject, type ObjectType } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { SearchSort } from '../../hubspot/crm/search.ts';
import { builder } from '../builder.ts';
import { parseRecordGlobalId, recordIdIn } from '../ids/global-id.ts';
import { type ArgumentId, argumentId } from '../ids/target-portal.ts';
import { filterInput, type RecordFilter } from '../types/filter.ts';
import { orderInput } from '../types/order.ts';
import { propertyTypes } from '../values/property-types.ts';
import { type FilterTerms, filterCondition, namedProperties } from './filters.ts';

/** The search arguments of fields such as `contacts`. */
export function searchArgs(type: CrmObject) {
  const { objectType, searched } = type;
  const filter = filterInput(type);
  const orderBy = orderInput(type);
  return builder.args((t) => ({
    filter: t.field({ type: filter, description: `Only ${objectType} that match the filter.` }),
    query: t.string({
      description: `Only ${objectType} that have these words in one of the properties that HubSpot searches: ${searched}. A blank text matches all ${objectType}.`,
    }),
    orderBy: t.field({
      type: orderBy,
      description: 'The order of a search. Without `orderBy`, by ascending record id.',
    }),
    archived: t.boolean({
      defaultValue: false,
      description:
        '`true` lists only the records in the recycle bin. Cannot be combined with `filter`, `query` or `orderBy`, because HubSpot does not search the recycle bin.',
    }),
  }));
}

/** The values of the search arguments. */
export interface SearchArgs {
  readonly filter?: RecordFilter | null | undefined;
  readonly query?: string | null | undefined;
  readonly orderBy?: { readonly field: string; readonly direction: SearchSort['direction'] } | null | undefined;
  readonly archived?: boolean | null | undefined;
}

/**
 * The ids in a filter.
 * @throws GatewayError BAD_USER_INPUT for arguments that are invalid in every portal
 */
export function searchIds(
  { filters }: CrmObject,
  { filter, query, orderBy, archived }: SearchArgs,
): readonly ArgumentId[] {
  const isSearch = filter != null || query != null || orderBy != null;
  if (archived && isSearch) {
    throw new GatewayError('BAD_USER_INPUT', 'HubSpot does not search archived records.', { argument: 'archived' });
  }
  const ids: ArgumentId[] = [];
  const idOf = (_type: ObjectType | 'owners', id: string): string => {
    ids.push(argumentId('filter', id));
    return parseRecordGlobalId(id)?.recordId ?? id;
  };
  const isOfPortal = (hubId: string) => ids.push({ argument: 'filter', hubId }) > 0;
  const terms: FilterTerms = { fields: filters, typeOf: () => 'enumeration', idOf, isOfPortal };
  const condition = filter ? filterCondition(filter, terms) : undefined;
  // Without a PropertyFilter the search can be checked here. Otherwise the check needs the portal's property
  // definitions.
  if (!filter || namedProperties(filter).length === 0) toSearch(criteriaOf({ query, orderBy }, condition));
  return ids;
}

/**
 * The search for the arguments of the field `coordinate`; `undefined` when the field needs only a list.
 * @throws GatewayError BAD_USER_INPUT; MISSING_SCOPES when the search would reveal associated records or sensitive values
 */
export async function searchOf(
  type: CrmObject,
  connector: Connector,
  { filter, query, orderBy }: SearchArgs,
  coordinate: string,
): Promise<Search | undefined> {
  if (filter == null && query == null && orderBy == null) return undefined;
  const condition = filter ? await conditionOf(filter, connector, type, coordinate) : undefined;
  const search = toSearch(criteriaOf({ query, orderBy }, condition));
  connector.requireScopes(readScopes(...new Set([type.objectType, ...search.associatedTypes])), coordinate);
  return search;
}

function criteriaOf({ query, orderBy }: SearchArgs, condition: Condition | undefined): SearchCriteria {
  return {
    condition,
    query: query?.trim() || undefined,
    sort: orderBy ? { propertyName: orderBy.field, direction: orderBy.direction } : undefined,
  };
}

async function conditionOf(
  filter: RecordFilter,
  connector: Connector,
  type: CrmObject,
  coordinate: string,
): Promise<Condition> {
  const types = await propertyTypes(connector, type, namedProperties(filter), coordinate);
  return filterCondition(filter, {
    fields: type.filters,
    typeOf: (property) => types.get(property) ?? 'other',
    isOfPortal: (hubId) => hubId === String(connector.installation.hubId),
    idOf: (objectType, id) => {
      const typename = objectType === 'owners' ? 'Owner' : crmObject(objectType).typename;
      return recordIdIn(typename, connector.installation.hubId, id, 'filter');
    },
  });
}
