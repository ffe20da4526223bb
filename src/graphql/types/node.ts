import type { CrmRecord, PortalOwner } from '../../connector/connector.ts';
import type { Installation } from '../../storage/installation-store.ts';
import { builder } from '../builder.ts';
import { parseRecordGlobalId } from '../global-id.ts';
import { CONTACT, DEAL } from '../records.ts';
import { QueryRef } from '../refs.ts';
import { OWNERS_READ, readable } from '../scopes.ts';
import { from, selectionOf } from '../selection.ts';

builder.objectField(QueryRef, 'node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    permission: 'hubspot:read',
    extensions: from({ reads: 'record' }),
    description: 'Anything by its global id. Null when there is none, or when it belongs to somebody else.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    async resolve(_root, { id }, { connectors }, info): Promise<CrmRecord | PortalOwner | Installation | null> {
      const reference = parseRecordGlobalId(id);
      if (!reference) return (await connectors.installation(id)) ?? null;
      const installation = await connectors.installationOfPortal(reference.hubId);
      if (!installation) return null;
      const connector = connectors.of(installation);
      if (reference.typename === 'Owner') {
        connector.requireScopes(OWNERS_READ, 'Query.node');
        return connector.owner(reference.recordId);
      }
      const { typename, objectType } = reference.typename === CONTACT.typename ? CONTACT : DEAL;
      // The scope depends on the id's type, which the schema announces on the types alone.
      connector.requireScopes(readable(objectType), 'Query.node');
      return connector.record(
        objectType,
        reference.recordId,
        selectionOf(info, typename, connector.granted).properties,
      );
    },
  }),
);
