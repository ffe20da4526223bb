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
    'A step of a pipeline, as of some minutes ago. One that was removed while deals still stand in it has its id, and ' +
    'null for all else.',
  hubspotScopes: READABLE,
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        "HubSpot's own id, which `stageId` takes in filters and inputs. Two pipelines may have stages of one id: not a key for caches. Property `dealstage` of deals.",
      extensions: from({ identity: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Name of the stage. Null when it was removed.' }),
    probability: t.expose('probability', {
      type: 'Decimal',
      nullable: true,
      description: 'How likely a deal of this stage is to be won, from 0 to 1. Null when the stage was removed.',
    }),
    isClosed: t.exposeBoolean('isClosed', {
      nullable: true,
      description: '`true` where the sale is over, won or lost. Null when the stage was removed.',
    }),
  }),
});

const PipelineRef = builder.objectRef<Pipeline>('Pipeline').implement({
  description:
    'The steps that deals of one kind go through, as of some minutes ago. One that was removed while deals are still in ' +
    'it has its id, and no label and no stages.',
  hubspotScopes: READABLE,
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        "HubSpot's own id, which `pipelineId` takes in filters and inputs. Unique within the portal: not a global id. Property `pipeline` of deals.",
      extensions: from({ identity: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Name of the pipeline. Null when it was removed.' }),
    stages: t.field({
      type: [PipelineStageRef],
      description: 'The stages in the order in which HubSpot shows them. Empty when the pipeline was removed.',
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
    description:
      'Where the deal stands in its pipeline. Null when it has no stage. Properties `dealstage` and `pipeline`.',
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
    description: 'The pipeline that the deal goes through. Null when it has none. Property `pipeline`.',
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
