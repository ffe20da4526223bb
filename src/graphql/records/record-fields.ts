import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { readScopes } from '../../crm/scopes.ts';
import { associatedRecordScopes } from '../analysis/argument-needs.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { MAX_FIRST } from '../analysis/page-sizes.ts';
import type { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import { argumentId } from '../ids/target-portal.ts';
import { RECORD_REFS } from '../refs.ts';
import type { CrmParent } from '../scopes.ts';
import { searchArgs, searchIds } from '../search/search-arguments.ts';
import { associationConnection, recordConnection } from './connections.ts';
import { pageArgs, pageIds } from './pagination.ts';
import { resolveAssociatedRecords, resolveList, resolveRecord } from './resolve-records.ts';

type Types = typeof builder.$inferSchemaTypes;
type CrmFields = PothosSchemaTypes.InterfaceFieldBuilder<Types, CrmParent>;
export type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

/** A field for one record, such as `Crm.contact`. */
export function recordField(t: CrmFields, type: CrmObject): FieldRef<Types, unknown, 'Interface'> {
  return t.field({
    type: RECORD_REFS[type.objectType],
    nullable: true,
    description:
      `One ${type.singular} by its id. After a merge, the id of a merged ${type.singular} returns the remaining ${type.singular} ` +
      `with its own id. Null when the portal has no ${type.singular} with this id, or has it in the recycle bin.`,
    permission: 'hubspot:read',
    hubspotScopes: readScopes(type.objectType),
    extensions: fieldMetadata({ reads: 'record' }),
    argumentIds: { ids: ({ id }) => [argumentId('id', id)], absent: () => null },
    args: { id: t.arg.id({ required: true, description: eitherId(type.typename) }) },
    resolve: (parent, { id }, context, info) => resolveRecord(type, parent, id, context, info),
  });
}

/** A connection of all records of a type, such as `Crm.contacts`. */
export function recordsField(t: CrmFields, type: CrmObject): FieldRef<Types, unknown, 'Interface'> {
  return t.field({
    type: recordConnection(type),
    nullable: true,
    description:
      `The ${type.objectType} of the portal, or the results of a search. Without \`filter\`, \`query\` and \`orderBy\`, HubSpot lists ` +
      'up-to-date records in its own order. With one of them, HubSpot searches, and finds changes some seconds late.',
    permission: 'hubspot:read',
    hubspotScopes: readScopes(type.objectType),
    extensions: fieldMetadata({ reads: 'list', argumentScopes: (node) => associatedRecordScopes(type, node) }),
    argumentIds: { ids: (args) => [...pageIds(args, MAX_FIRST.root), ...searchIds(type, args)] },
    args: { ...pageArgs(MAX_FIRST.root), ...searchArgs(type) },
    resolve: (parent, args, context, info) => resolveList(type, parent, args, context, info),
  });
}

/** A connection of associated records, such as `Contact.deals`. */
export function associatedRecordsField(
  t: RecordFields,
  owner: CrmObject,
  associated: CrmObject,
): FieldRef<Types, unknown, 'Object'> {
  return t.field({
    type: associationConnection(owner, associated),
    nullable: true,
    description: `The ${associated.objectType} that the ${owner.singular} is associated with, without those in the recycle bin. A page leaves out a ${associated.singular} that was just deleted, and may then be shorter than \`first\`.`,
    hubspotScopes: readScopes(owner.objectType, associated.objectType),
    extensions: fieldMetadata({ association: associated.objectType, reads: 'associations' }),
    args: pageArgs(MAX_FIRST.nested),
    resolve: (record, args, context, info) => resolveAssociatedRecords(associated, record, args, context, info),
  });
}
