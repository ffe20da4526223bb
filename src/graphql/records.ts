import type { GraphQLResolveInfo } from 'graphql';
import type { AssociatedRecord, CrmRecord } from '../connector/connector.ts';
import type { GatewayContext } from './context.ts';
import { recordIdIn } from './global-id.ts';
import { ConnectionPage, MAX_FIRST, type PageArgs, pageRequest } from './pagination.ts';
import type { RecordType } from './record-types.ts';
import { type CrmParent, connectorOf } from './scopes.ts';
import { selectionOf } from './selection.ts';

/** `contact(id)` and its like. Null for a record that the portal does not have, and for an id of another portal. */
export async function resolveRecord(
  { typename, objectType }: RecordType,
  parent: CrmParent,
  id: string,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<CrmRecord | null> {
  const connector = await connectorOf(parent, context);
  const recordId = recordIdIn(typename, connector.installation.hubId, id);
  if (recordId === undefined) return null;
  return connector.record(objectType, recordId, selectionOf(info, typename, connector.granted));
}

/** `contacts(first, after)` and its like. */
export async function resolveList(
  { typename, objectType }: RecordType,
  parent: CrmParent,
  args: PageArgs & { archived?: boolean | null | undefined },
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<ConnectionPage<CrmRecord>> {
  const connector = await connectorOf(parent, context);
  const archived = args.archived ?? false;
  const scope = [connector.installation.hubId, objectType, archived].join();
  const { first, start } = pageRequest(args, MAX_FIRST.root, scope);
  const slice = await connector.list(
    objectType,
    { first, start, archived },
    selectionOf(info, typename, connector.granted),
  );
  return ConnectionPage.of(slice, { start, scope }, (node: CrmRecord) => ({ node }));
}

/** `Contact.deals(first, after)` and its like. */
export async function resolveNeighbours(
  { typename, objectType }: RecordType,
  parent: CrmRecord,
  args: PageArgs,
  info: GraphQLResolveInfo,
): Promise<ConnectionPage<CrmRecord, Pick<AssociatedRecord, 'labels'>>> {
  const { connector } = parent;
  const scope = [connector.installation.hubId, parent.objectType, parent.id, objectType].join();
  const { first, start } = pageRequest(args, MAX_FIRST.nested, scope);
  const slice = await connector.neighbours(
    parent,
    objectType,
    { first, start },
    selectionOf(info, typename, connector.granted),
  );
  return ConnectionPage.of(slice, { start, scope }, ({ record, labels }: AssociatedRecord) => ({
    node: record,
    labels,
  }));
}
