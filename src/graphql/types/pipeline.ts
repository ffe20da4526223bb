import type { FieldRef } from '@pothos/core';
import type { Connector } from '../../connector/connector.ts';
import type { CrmRecord } from '../../connector/crm-record.ts';
import { pipelineScopes } from '../../crm/scopes.ts';
import type { Pipeline, PipelineStage } from '../../hubspot/pipelines.ts';
import { builder } from '../builder.ts';
import { type PipelineReference, pipelineGlobalId, stageGlobalId } from '../pipeline-ids.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { from, selectionOf } from '../selection.ts';

const READABLE = pipelineScopes('deals');

/** A stage as one of its portal. */
export interface PortalStage extends PipelineStage {
  readonly typename: 'PipelineStage';
  readonly hubId: number;
  readonly pipelineId: string;
}

/** A pipeline as one of its portal. */
export interface PortalPipeline extends Omit<Pipeline, 'stages'> {
  readonly typename: 'Pipeline';
  readonly hubId: number;
  readonly stages: readonly PortalStage[];
}

const PipelineStageRef = builder.objectRef<PortalStage>('PipelineStage').implement({
  description:
    'A step of a pipeline, as of some minutes ago. One that was removed while deals still stand in it has its ids, and ' +
    'null for all else.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: READABLE,
  fields: (t) => ({
    id: t.id({
      description:
        'Global id, made of type, portal, pipeline and stage, as two pipelines may have stages of one id: `PipelineStage:1234567:default:closedwon`. `stageId` takes it in filters and inputs.',
      extensions: from({ identity: true }),
      resolve: ({ hubId, pipelineId, id }) => stageGlobalId(hubId, pipelineId, id),
    }),
    hubspotId: t.exposeID('id', {
      description:
        "HubSpot's own id, which `stageId` takes, too. Unique within the pipeline alone. Property `dealstage` of deals.",
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

const PipelineRef = builder.objectRef<PortalPipeline>('Pipeline').implement({
  description:
    'The steps that deals of one kind go through, as of some minutes ago. One that was removed while deals are still in ' +
    'it has its ids, and no label and no stages.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: READABLE,
  fields: (t) => ({
    id: t.id({
      description:
        'Global id, made of type, portal and pipeline: `Pipeline:1234567:default`. `pipelineId` takes it in filters and inputs.',
      extensions: from({ identity: true }),
      resolve: ({ hubId, id }) => pipelineGlobalId(hubId, id),
    }),
    hubspotId: t.exposeID('id', {
      description:
        "HubSpot's own id, which `pipelineId` takes, too. Unique within the portal. Property `pipeline` of deals.",
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
      const { hubId } = connector.installation;
      const pipelineId = properties.pipeline ?? '';
      const known = selectionOf(info, 'PipelineStage', connector.granted).needsRecord
        ? (await pipelineOf({ properties, connector }))?.stages.find((stage) => stage.id === id)
        : undefined;
      return known ?? ownStage(hubId, pipelineId, { id, label: null, probability: null, isClosed: null });
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
      return known ?? ownPipeline(connector.installation.hubId, { id, label: null, stages: [] });
    },
  });
}

async function pipelineOf({ properties, connector }: Pick<CrmRecord, 'properties' | 'connector'>) {
  return (await pipelinesOf(connector)).find(({ id }) => id === properties.pipeline);
}

async function pipelinesOf({ metadata, installation }: Connector): Promise<PortalPipeline[]> {
  return (await metadata.pipelines('deals')).map((pipeline) => ownPipeline(installation.hubId, pipeline));
}

function ownPipeline(hubId: number, { id, label, stages }: Pipeline): PortalPipeline {
  return { typename: 'Pipeline', hubId, id, label, stages: stages.map((stage) => ownStage(hubId, id, stage)) };
}

function ownStage(hubId: number, pipelineId: string, stage: PipelineStage): PortalStage {
  return { typename: 'PipelineStage', hubId, pipelineId, ...stage };
}

/** What a global id names in the portal; null when it has none. @throws GatewayError MISSING_SCOPES */
export async function pipelineNode(
  connector: Connector,
  { pipelineId, stageId }: PipelineReference,
): Promise<PortalPipeline | PortalStage | null> {
  connector.requireScopes(READABLE, 'Query.node');
  const pipeline = (await pipelinesOf(connector)).find(({ id }) => id === pipelineId);
  if (stageId === undefined) return pipeline ?? null;
  return pipeline?.stages.find(({ id }) => id === stageId) ?? null;
}

builder.interfaceField(CrmRef, 'dealPipelines', (t) =>
  t.field({
    type: [PipelineRef],
    nullable: true,
    description: 'The pipelines of deals in the order in which HubSpot shows them, as of some minutes ago.',
    permission: 'hubspot:read',
    hubspotScopes: READABLE,
    extensions: from({ reads: 'pipelines' }),
    resolve: async (parent, _args, context) => pipelinesOf(await connectorOf(parent, context)),
  }),
);
