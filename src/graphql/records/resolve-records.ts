import { createHash } from 'node:crypto';
import type { GraphQLResolveInfo } from 'graphql';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { Search } from '../../connector/search/search.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { andThen, type PromiseOrValue } from '../../lib/promise-or-value.ts';
import { MAX_FIRST } from '../analysis/page-sizes.ts';
import { selectionOf } from '../analysis/selection.ts';
import type { GatewayContext } from '../context.ts';
import { recordIdIn } from '../ids/global-id.ts';
import { type CrmParent, connectorOf } from '../scopes.ts';
import { type SearchArgs, searchOf } from '../search/search-arguments.ts';
import { ConnectionPage, type PageArgs, pageRequest } from './pagination.ts';

/** Resolves fields such as `contact(id)`. Null for a missing record, and for the global id of another portal. */
export function resolveRecord(
  { typename, objectType }: CrmObject,
  parent: CrmParent,
  id: string,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): PromiseOrValue<CrmRecord | null> {
  return andThen(connectorOf(parent, context), (connector) => {
    const recordId = recordIdIn(typename, connector.installation.hubId, id);
    if (recordId === undefined) return null;
    return connector.record(objectType, recordId, selectionOf(info, typename, connector.granted));
  });
}

/** Resolves fields such as `contacts(first, after, …)`: with a search if the arguments need one, else with a list. */
export async function resolveList(
  type: CrmObject,
  parent: CrmParent,
  args: PageArgs & SearchArgs,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ConnectionPage<CrmRecord>> {
  const { typename, objectType } = type;
  const connector = await connectorOf(parent, context);
  const archived = args.archived ?? false;
  const search = await searchOf(type, connector, args, `${info.parentType.name}.${info.fieldName}`);
  const scope = [connector.installation.hubId, objectType, search ? fingerprint(search) : archived].join();
  const { first, start } = pageRequest(args, MAX_FIRST.root, scope);
  const selection = selectionOf(info, typename, connector.granted);
  const page = search
    ? await connector.search(objectType, search, { first, start }, selection)
    : await connector.list(objectType, { first, start, archived }, selection);
  await context.rows.charge(page.items.length);
  return ConnectionPage.of(page, { start, scope });
}

/** Binds cursors to one search. */
function fingerprint(search: Search): string {
  return createHash('sha256').update(JSON.stringify(search)).digest('base64url').slice(0, 22);
}

/** Resolves fields such as `Contact.deals(first, after)`. */
export function resolveAssociatedRecords(
  { typename, objectType }: CrmObject,
  parent: CrmRecord,
  args: PageArgs,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): PromiseOrValue<ConnectionPage<CrmRecord>> {
  const { connector } = parent;
  const scope = `${connector.installation.hubId},${parent.objectType},${parent.recordId},${objectType}`;
  const { first, start } = pageRequest(args, MAX_FIRST.nested, scope);
  const selection = selectionOf(info, typename, connector.granted);
  const associatedRecords = connector.associatedRecords(parent, objectType, { first, start }, selection);
  return andThen(associatedRecords, (page) =>
    andThen(context.rows.charge(page.items.length), () => ConnectionPage.ofAssociations(page, { start, scope })),
  );
}
