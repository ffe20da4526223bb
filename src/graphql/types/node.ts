import type { CrmRecord, PortalOwner } from '../../connector/crm-record.ts';
import { CRM_OBJECTS } from '../../crm/objects.ts';
import { OWNERS_READ, readScopes } from '../../crm/scopes.ts';
import type { Installation } from '../../storage/installation.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { parseRecordGlobalId } from '../ids/global-id.ts';
import { parsePipelineGlobalId } from '../ids/pipeline-ids.ts';
import { QueryRef } from '../refs.ts';
import { PIPELINES_READ, type PipelineNode, type PipelineStageNode, pipelineNode } from './pipeline.ts';

type FoundNode = CrmRecord | PortalOwner | PipelineNode | PipelineStageNode | Installation;

builder.objectField(QueryRef, 'node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    permission: 'hubspot:read',
    extensions: fieldMetadata({ reads: 'record' }),
    description:
      'A record, owner, pipeline, stage or installation by its global id. After a merge, the id of a merged record returns the remaining record with its own id. Null when the object does not exist, or when it belongs to another tenant. The portal must have granted the scopes of its type.',
    args: { id: t.arg.id({ required: true, description: 'Global id, such as `Contact:1234567:101`.' }) },
    async resolve(_root, { id }, { connectors }, info): Promise<FoundNode | null> {
      const reference = parseRecordGlobalId(id);
      if (!reference) {
        const pipeline = parsePipelineGlobalId(id);
        if (!pipeline) return (await connectors.installation(id)) ?? null;
        const portal = await connectors.inPortal(pipeline.hubId);
        return portal
          ? pipelineNode(await connectors.granting(portal, (granted) => granted.satisfies(PIPELINES_READ)), pipeline)
          : null;
      }
      const portal = await connectors.inPortal(reference.hubId);
      if (!portal) return null;
      // The scopes depend on the type in the id. The schema shows them at the types.
      const type = CRM_OBJECTS.find(({ typename }) => typename === reference.typename);
      const scopes = type ? readScopes(type.objectType) : OWNERS_READ;
      const connector = await connectors.granting(portal, (granted) => granted.satisfies(scopes));
      connector.requireScopes(scopes, 'Query.node');
      if (!type) return connector.owner(reference.recordId);
      const selection = selectionOf(info, type.typename, connector.granted);
      return connector.record(type.objectType, reference.recordId, selection);
    },
  }),
);
