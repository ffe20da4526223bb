import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../connector/crm-record.ts';
import type { builder } from './builder.ts';
import { associationConnection, recordConnection } from './connections.ts';
import { neighbourScopes } from './neighbour-scopes.ts';
import { pageArgs } from './pagination.ts';
import type { RecordType } from './record-types.ts';
import { resolveList, resolveNeighbours, resolveRecord } from './records.ts';
import { RECORD_REFS } from './refs.ts';
import { type CrmParent, readable } from './scopes.ts';
import { searchArgs } from './searches.ts';
import { from } from './selection.ts';

type Types = typeof builder.$inferSchemaTypes;
type CrmFields = PothosSchemaTypes.InterfaceFieldBuilder<Types, CrmParent>;
type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

/** `Crm.contact` and its like. */
export function recordField(t: CrmFields, type: RecordType): FieldRef<Types, unknown, 'Interface'> {
  return t.field({
    type: RECORD_REFS[type.typename],
    nullable: true,
    description: `One ${type.singular}. Null when the portal has none with this id.`,
    permission: 'hubspot:read',
    hubspotScopes: readable(type.objectType),
    extensions: from({ reads: 'record' }),
    args: { id: t.arg.id({ required: true, description: 'HubSpot record id, or a global id.' }) },
    resolve: (parent, { id }, context, info) => resolveRecord(type, parent, id, context, info),
  });
}

/** `Crm.contacts` and its like. */
export function recordsField(t: CrmFields, type: RecordType): FieldRef<Types, unknown, 'Interface'> {
  return t.field({
    type: recordConnection(type),
    nullable: true,
    description:
      `The ${type.objectType}, or those that are looked for. Without \`filter\`, \`query\` and \`orderBy\` it is a plain list in HubSpot's own order; ` +
      "with any of them, if not null, HubSpot's search answers, which takes in changes after some seconds.",
    permission: 'hubspot:read',
    hubspotScopes: readable(type.objectType),
    extensions: from({ reads: 'list', demands: (node) => neighbourScopes(type, node) }),
    args: { ...pageArgs, ...searchArgs(type) },
    resolve: (parent, args, context, info) => resolveList(type, parent, args, context, info),
  });
}

/** `Contact.deals` and its like. */
export function neighboursField(
  t: RecordFields,
  owner: RecordType,
  neighbour: RecordType,
): FieldRef<Types, unknown, 'Object'> {
  return t.field({
    type: associationConnection(owner, neighbour),
    nullable: true,
    description: `The ${neighbour.objectType} associated with the ${owner.singular}. One that vanished is left out.`,
    hubspotScopes: readable(owner.objectType, neighbour.objectType),
    extensions: from({ association: neighbour.objectType, reads: 'neighbours' }),
    args: pageArgs,
    resolve: (record, args, _context, info) => resolveNeighbours(neighbour, record, args, info),
  });
}
