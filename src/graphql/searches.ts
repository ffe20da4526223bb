import type { Condition } from '../connector/condition.ts';
import type { Connector } from '../connector/connector.ts';
import { type Search, toSearch, type Wanted } from '../connector/search.ts';
import { type CrmObject, crmObject, type ObjectType } from '../crm/objects.ts';
import { readScopes } from '../crm/scopes.ts';
import { GatewayError } from '../errors.ts';
import type { SearchSort } from '../hubspot/search.ts';
import { builder } from './builder.ts';
import { FILTER_FIELDS } from './filter-fields.ts';
import { type FilterTerms, filterCondition, namedProperties } from './filters.ts';
import { parseRecordGlobalId, recordIdIn } from './global-id.ts';
import { type GivenId, givenId } from './named-portal.ts';
import { propertyKinds } from './property-kinds.ts';
import { filterInput, type RecordFilter } from './types/filter.ts';
import { orderInput } from './types/order.ts';

/** Where HubSpot looks for the words of a query. https://developers.hubspot.com/docs/api-reference/search/guide */
const SEARCHED: Readonly<Record<ObjectType, string>> = {
  contacts: 'names, e-mail addresses, telephone numbers and `company`',
  deals: 'name, pipeline, stage, type and description',
  companies: 'name, domain, website and telephone number',
};

/** The arguments of `contacts` and its like that choose among records. */
export function searchArgs(type: CrmObject) {
  const { typename, objectType } = type;
  const filter = filterInput(`${typename}Filter`, FILTER_FIELDS[objectType]);
  const orderBy = orderInput(type, FILTER_FIELDS[objectType]);
  return builder.args((t) => ({
    filter: t.field({ type: filter, description: `Only ${objectType} that fit.` }),
    query: t.string({
      description: `Only ${objectType} that have these words in one of the properties that HubSpot searches: ${SEARCHED[objectType]}. With a blank text, all of them.`,
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
  { objectType }: CrmObject,
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
  const terms: FilterTerms = { fields: FILTER_FIELDS[objectType], kindOf: () => 'option', idOf, isOfPortal };
  const condition = filter ? filterCondition(filter, terms) : undefined;
  // How long the values of other properties are, their definitions decide.
  if (!filter || namedProperties(filter).length === 0) toSearch(wanted({ query, orderBy }, condition));
  return ids;
}

/**
 * The search that answers the arguments of the field `coordinate`; `undefined` when a plain list does: with nothing
 * given but `archived`.
 * @throws GatewayError BAD_USER_INPUT, and MISSING_SCOPES for what a search would tell of neighbours or sensitive values
 */
export async function searchOf(
  { objectType }: CrmObject,
  connector: Connector,
  { filter, query, orderBy }: SearchArgs,
  coordinate: string,
): Promise<Search | undefined> {
  if (filter == null && query == null && orderBy == null) return undefined;
  const condition = filter ? await conditionOf(filter, connector, objectType, coordinate) : undefined;
  const search = toSearch(wanted({ query, orderBy }, condition));
  connector.requireScopes(readScopes(...new Set([objectType, ...search.neighbours])), coordinate);
  return search;
}

function wanted({ query, orderBy }: SearchArgs, condition: Condition | undefined): Wanted {
  return {
    condition,
    query: query?.trim() || undefined,
    sort: orderBy ? { propertyName: orderBy.field, direction: orderBy.direction } : undefined,
  };
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
    isOfPortal: (hubId) => hubId === String(connector.installation.hubId),
    idOf: (type, id) => {
      const typename = type === 'owners' ? 'Owner' : crmObject(type).typename;
      return recordIdIn(typename, connector.installation.hubId, id, 'filter');
    },
  });
}
