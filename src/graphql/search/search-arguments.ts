import type { Connector } from '../../connector/connector.ts';
import type { Condition } from '../../connector/search/condition.ts';
import { type Search, type SearchCriteria, toSearch } from '../../connector/search/search.ts';
import { type CrmObject, crmObject, type ObjectType } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { GatewayError } from '../../errors.ts';
import type { SearchSort } from '../../hubspot/crm/search.ts';
import { builder } from '../builder.ts';
import { parseRecordGlobalId, recordIdIn } from '../ids/global-id.ts';
import { type GivenId, givenId } from '../ids/target-portal.ts';
import { filterInput, type RecordFilter } from '../types/filter.ts';
import { orderInput } from '../types/order.ts';
import { propertyTypes } from '../values/property-types.ts';
import { type FilterTerms, filterCondition, namedProperties } from './filters.ts';

/** The arguments of `contacts` and its like that choose among records. */
export function searchArgs(type: CrmObject) {
  const { objectType, searched } = type;
  const filter = filterInput(type);
  const orderBy = orderInput(type);
  return builder.args((t) => ({
    filter: t.field({ type: filter, description: `Only ${objectType} that fit.` }),
    query: t.string({
      description: `Only ${objectType} that have these words in one of the properties that HubSpot searches: ${searched}. With a blank text, all of them.`,
    }),
    orderBy: t.field({ type: orderBy, description: 'The order of a search. Left out: by rising record id.' }),
    archived: t.boolean({
      defaultValue: false,
      description:
        '`true` lists those in the recycle bin, and nothing else. Not together with `filter`, `query` or `orderBy`, as HubSpot never finds them.',
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
 * The ids in a filter.
 * @throws GatewayError BAD_USER_INPUT for what no portal can search
 */
export function givenSearch(
  { filters }: CrmObject,
  { filter, query, orderBy, archived }: SearchArgs,
): readonly GivenId[] {
  const isSearch = filter != null || query != null || orderBy != null;
  if (archived && isSearch) {
    throw new GatewayError('BAD_USER_INPUT', 'HubSpot does not search archived records.', { argument: 'archived' });
  }
  const ids: GivenId[] = [];
  const idOf = (_type: ObjectType | 'owners', id: string): string => {
    ids.push(givenId('filter', id));
    return parseRecordGlobalId(id)?.recordId ?? id;
  };
  const isOfPortal = (hubId: string) => ids.push({ argument: 'filter', hubId }) > 0;
  const terms: FilterTerms = { fields: filters, typeOf: () => 'enumeration', idOf, isOfPortal };
  const condition = filter ? filterCondition(filter, terms) : undefined;
  // How long the values of other properties are, their definitions decide.
  if (!filter || namedProperties(filter).length === 0) toSearch(wanted({ query, orderBy }, condition));
  return ids;
}

/**
 * The search that answers the arguments of the field `coordinate`; `undefined` when a plain list does: with nothing
 * given but `archived`.
 * @throws GatewayError BAD_USER_INPUT, and MISSING_SCOPES for what a search would tell of associated records or sensitive values
 */
export async function searchOf(
  type: CrmObject,
  connector: Connector,
  { filter, query, orderBy }: SearchArgs,
  coordinate: string,
): Promise<Search | undefined> {
  if (filter == null && query == null && orderBy == null) return undefined;
  const condition = filter ? await conditionOf(filter, connector, type, coordinate) : undefined;
  const search = toSearch(wanted({ query, orderBy }, condition));
  connector.requireScopes(readScopes(...new Set([type.objectType, ...search.associatedTypes])), coordinate);
  return search;
}

function wanted({ query, orderBy }: SearchArgs, condition: Condition | undefined): SearchCriteria {
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
    idOf: (named, id) => {
      const typename = named === 'owners' ? 'Owner' : crmObject(named).typename;
      return recordIdIn(typename, connector.installation.hubId, id, 'filter');
    },
  });
}
