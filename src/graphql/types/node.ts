import type { CrmRecord } from '../../connector/connector.ts';
import type { Installation } from '../../storage/installation-store.ts';
import { builder } from '../builder.ts';
import { parseRecordGlobalId } from '../global-id.ts';
import { CONTACT, DEAL } from '../records.ts';
import { QueryRef } from '../refs.ts';
import { readable } from '../scopes.ts';
import { selectionOf } from '../selection.ts';

builder.objectField(QueryRef, 'node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    permission: 'hubspot:read',
    description: 'Anything by its global id. Null when there is none, or when it belongs to somebody else.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    async resolve(_root, { id }, { connectors }, info): Promise<CrmRecord | Installation | null> {
      const reference = parseRecordGlobalId(id);
      if (!reference) return (await connectors.installation(id)) ?? null;
      const installation = await connectors.installationOfPortal(reference.hubId);
      if (!installation) return null;
      const { typename, objectType } = reference.typename === CONTACT.typename ? CONTACT : DEAL;
      const connector = connectors.of(installation);
      // The scope depends on the id's type, which the schema cannot announce.
      connector.requireScopes(readable(objectType), 'Query.node');
      return connector.record(objectType, reference.recordId, selectionOf(info, typename).properties);
    },
  }),
);
