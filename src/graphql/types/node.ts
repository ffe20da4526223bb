import type { CrmRecord, PortalOwner } from '../../connector/crm-record.ts';
import { CRM_OBJECTS } from '../../crm/objects.ts';
import { OWNERS_READ, readScopes } from '../../crm/scopes.ts';
import type { Installation } from '../../storage/installation-store.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { parseRecordGlobalId } from '../ids/global-id.ts';
import { parsePipelineGlobalId } from '../ids/pipeline-ids.ts';
import { QueryRef } from '../refs.ts';
import { PIPELINES_READ, type PortalClient, type PortalStage, pipelineNode } from './pipeline.ts';

type Found = CrmRecord | PortalOwner | PortalClient | PortalStage | Installation;

builder.objectField(QueryRef, 'node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    permission: 'hubspot:read',
    extensions: fieldMetadata({ reads: 'record' }),
    description:
      'A record, owner, pipeline, stage or installation by its global id. The id of a record that was merged finds the record that it became, which shows its own id. Null when there is none, or when it belongs to another tenant. The portal must have granted the scopes of its type.',
    args: { id: t.arg.id({ required: true, description: 'Global id, such as `Contact:1234567:101`.' }) },
    async resolve(_root, { id }, { connectors }, info): Promise<Found | null> {
      const reference = parseRecordGlobalId(id);
      if (!reference) {
        const pipeline = parsePipelineGlobalId(id);
        if (!pipeline) return (await connectors.installation(id)) ?? null;
        const portal = await connectors.inPortal(pipeline.hubId);
        return portal
          ? pipelineNode(await connectors.granting(portal, (granted) => granted.satisfies(PIPELINES_READ)), pipeline)
          : null;
      }
      const found = await connectors.inPortal(reference.hubId);
      if (!found) return null;
      // The scope depends on the id's type, which the schema announces on the types alone.
      const type = CRM_OBJECTS.find(({ typename }) => typename === reference.typename);
      const needed = type ? readScopes(type.objectType) : OWNERS_READ;
      const connector = await connectors.granting(found, (granted) => granted.satisfies(needed));
      connector.requireScopes(needed, 'Query.node');
      if (!type) return connector.owner(reference.recordId);
      const selection = selectionOf(info, type.typename, connector.granted);
      return connector.record(type.objectType, reference.recordId, selection);
    },
  }),
);
