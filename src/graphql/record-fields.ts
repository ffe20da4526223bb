import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../connector/crm-record.ts';
import type { CrmObject } from '../crm/objects.ts';
import { readScopes } from '../crm/scopes.ts';
import type { builder } from './builder.ts';
import { associationConnection, recordConnection } from './connections.ts';
import { eitherId } from './global-id.ts';
import { givenId } from './named-portal.ts';
import { neighbourScopes } from './neighbour-scopes.ts';
import { MAX_FIRST } from './page-sizes.ts';
import { givenPage, pageArgs } from './pagination.ts';
import { resolveList, resolveNeighbours, resolveRecord } from './records.ts';
import { RECORD_REFS } from './refs.ts';
import type { CrmParent } from './scopes.ts';
import { givenSearch, searchArgs } from './searches.ts';
import { from } from './selection.ts';

type Types = typeof builder.$inferSchemaTypes;
type CrmFields = PothosSchemaTypes.InterfaceFieldBuilder<Types, CrmParent>;
export type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

/** `Crm.contact` and its like. */
export function recordField(t: CrmFields, type: CrmObject): FieldRef<Types, unknown, 'Interface'> {
  return t.field({
    type: RECORD_REFS[type.objectType],
    nullable: true,
    description:
      `One ${type.singular} by its id. An id that was merged into another finds the ${type.singular} that it became, which ` +
      'shows its own id. Null when the portal has none with this id, or has it in the recycle bin.',
    permission: 'hubspot:read',
    hubspotScopes: readScopes(type.objectType),
    extensions: from({ reads: 'record' }),
    given: { ids: ({ id }) => [givenId('id', id)], absent: () => null },
    args: { id: t.arg.id({ required: true, description: eitherId(type.typename) }) },
    resolve: (parent, { id }, context, info) => resolveRecord(type, parent, id, context, info),
  });
}

/** `Crm.contacts` and its like. */
export function recordsField(t: CrmFields, type: CrmObject): FieldRef<Types, unknown, 'Interface'> {
  return t.field({
    type: recordConnection(type),
    nullable: true,
    description:
      `The ${type.objectType} of the portal, or those that are looked for. Without \`filter\`, \`query\` and \`orderBy\` HubSpot lists ` +
      'them in its own order and up to date; with any of them HubSpot searches, and finds changes some seconds late.',
    permission: 'hubspot:read',
    hubspotScopes: readScopes(type.objectType),
    extensions: from({ reads: 'list', demands: (node) => neighbourScopes(type, node) }),
    given: { ids: (args) => [...givenPage(args, MAX_FIRST.root), ...givenSearch(type, args)] },
    args: { ...pageArgs(MAX_FIRST.root), ...searchArgs(type) },
    resolve: (parent, args, context, info) => resolveList(type, parent, args, context, info),
  });
}

/** `Contact.deals` and its like. */
export function neighboursField(
  t: RecordFields,
  owner: CrmObject,
  neighbour: CrmObject,
): FieldRef<Types, unknown, 'Object'> {
  return t.field({
    type: associationConnection(owner, neighbour),
    nullable: true,
    description: `The ${neighbour.objectType} that the ${owner.singular} is associated with, without those in the recycle bin. One that was deleted a moment ago is left out, so that a page may be shorter than \`first\`.`,
    hubspotScopes: readScopes(owner.objectType, neighbour.objectType),
    extensions: from({ association: neighbour.objectType, reads: 'neighbours' }),
    args: pageArgs(MAX_FIRST.nested),
    resolve: (record, args, context, info) => resolveNeighbours(neighbour, record, args, context, info),
  });
}
