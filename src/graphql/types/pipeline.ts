import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { Pipeline, PipelineStage } from '../../hubspot/pipelines.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf, pipelinesReadable } from '../scopes.ts';
import { from, selectionOf } from '../selection.ts';

const READABLE = pipelinesReadable('deals');

const PipelineStageRef = builder.objectRef<PipelineStage>('PipelineStage').implement({
  description:
    'A step of a pipeline. One that was removed while deals still stand in it has its id, and null for all else. ' +
    'Needs `crm.schemas.deals.read` or `crm.objects.deals.read`.',
  hubspotScopes: READABLE,
  fields: (t) => ({
    id: t.exposeID('id', {
      description: "HubSpot's own id, unique within the pipeline only: not a global id.",
      extensions: from({ identity: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Its name. Null when the stage was removed.' }),
    probability: t.expose('probability', {
      type: 'Decimal',
      nullable: true,
      description: 'How likely a deal is to be won here, 0 to 1. Null when the stage was removed.',
    }),
    isClosed: t.exposeBoolean('isClosed', {
      nullable: true,
      description: 'True where the sale is over, won or lost. Null when the stage was removed.',
    }),
  }),
});

const PipelineRef = builder.objectRef<Pipeline>('Pipeline').implement({
  description:
    'The steps that deals of one kind go through. One that was removed while deals are still in it has its id, ' +
    'and no label and no stages. Needs `crm.schemas.deals.read` or `crm.objects.deals.read`.',
  hubspotScopes: READABLE,
  fields: (t) => ({
    id: t.exposeID('id', {
      description: "HubSpot's own id, unique within the portal: not a global id.",
      extensions: from({ identity: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Its name. Null when the pipeline was removed.' }),
    stages: t.field({
      type: [PipelineStageRef],
      description: 'Its stages in the order in which HubSpot shows them.',
      resolve: ({ stages }) => [...stages],
    }),
  }),
});

type Types = typeof builder.$inferSchemaTypes;
type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

/** `Deal.stage`. Two pipelines may have stages of one id: the deal's own pipeline tells which it is. */
export function stageField(t: RecordFields): FieldRef<Types, unknown, 'Object'> {
  return t.field({
    type: PipelineStageRef,
    nullable: true,
    description: 'Where the deal stands, as of some minutes ago. Properties `dealstage` and `pipeline`.',
    hubspotScopes: READABLE,
    extensions: from({ properties: ['dealstage', 'pipeline'], reads: 'pipelines' }),
    async resolve({ properties, connector }, _args, _context, info) {
      const id = properties.dealstage;
      if (!id) return null;
      const known = selectionOf(info, 'PipelineStage', connector.granted).needsRecord
        ? (await pipelineOf({ properties, connector }))?.stages.find((stage) => stage.id === id)
        : undefined;
      return known ?? { id, label: null, probability: null, isClosed: null };
    },
  });
}

/** `Deal.pipeline`. */
export function pipelineField(t: RecordFields): FieldRef<Types, unknown, 'Object'> {
  return t.field({
    type: PipelineRef,
    nullable: true,
    description: 'The pipeline that the deal goes through, as of some minutes ago. Property `pipeline`.',
    hubspotScopes: READABLE,
    extensions: from({ properties: ['pipeline'], reads: 'pipelines' }),
    async resolve({ properties, connector }, _args, _context, info) {
      const id = properties.pipeline;
      if (!id) return null;
      const known = selectionOf(info, 'Pipeline', connector.granted).needsRecord
        ? await pipelineOf({ properties, connector })
        : undefined;
      return known ?? { id, label: null, stages: [] };
    },
  });
}

async function pipelineOf({ properties, connector }: Pick<CrmRecord, 'properties' | 'connector'>) {
  const pipelines = await connector.metadata.pipelines('deals');
  return pipelines.find(({ id }) => id === properties.pipeline);
}

builder.interfaceField(CrmRef, 'dealPipelines', (t) =>
  t.field({
    type: [PipelineRef],
    nullable: true,
    description: 'The pipelines of deals in the order in which HubSpot shows them, as of some minutes ago.',
    permission: 'hubspot:read',
    hubspotScopes: READABLE,
    extensions: from({ reads: 'pipelines' }),
    resolve: async (parent, _args, context) => [
      ...(await (await connectorOf(parent, context)).metadata.pipelines('deals')),
    ],
  }),
);
