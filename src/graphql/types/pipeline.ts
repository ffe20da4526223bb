import type { Connector } from '../../connector/connector.ts';
import type { RecordConnector } from '../../connector/crm-record.ts';
import { CRM_OBJECTS, type CrmObject, type ObjectType } from '../../crm/objects.ts';
import type { Property } from '../../crm/property.ts';
import { anyOf, pipelineScopes } from '../../crm/scopes.ts';
import type { Pipeline, PipelineStage } from '../../hubspot/crm/pipelines.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { type PipelineReference, pipelineGlobalId, stageGlobalId } from '../ids/pipeline-ids.ts';
import type { RecordFields } from '../records/record-fields.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';

const PIPELINED = CRM_OBJECTS.filter(({ hasPipelines }) => hasPipelines);
/** What pipelines of at least one object take. */
export const PIPELINES_READ = anyOf(PIPELINED.map(({ objectType }) => pipelineScopes(objectType)));

/** A stage as one of its portal. */
export interface PortalStage extends PipelineStage {
  readonly typename: 'PipelineStage';
  readonly hubId: number;
  readonly pipelineId: string;
}

/** A pipeline as one of its portal. */
export interface PortalClient extends Omit<Pipeline, 'stages'> {
  readonly typename: 'Pipeline';
  readonly hubId: number;
  readonly stages: readonly PortalStage[];
}

const PipelineStageRef = builder.objectRef<PortalStage>('PipelineStage').implement({
  description:
    'A step of a pipeline, as of some minutes ago. One that was removed while records still stand in it has its ids, and ' +
    'null for all else.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: PIPELINES_READ,
  fields: (t) => ({
    id: t.id({
      description:
        'Global id, made of type, portal, pipeline and stage, as two pipelines may have stages of one id: `PipelineStage:1234567:default:closedwon`. `stageId` takes it in filters and inputs.',
      extensions: fieldMetadata({ fromId: true }),
      resolve: ({ hubId, pipelineId, id }) => stageGlobalId(hubId, pipelineId, id),
    }),
    hubspotId: t.exposeID('id', {
      description: "HubSpot's own id, which `stageId` takes, too. Unique within the pipeline alone.",
      extensions: fieldMetadata({ fromId: true }),
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

const PipelineRef = builder.objectRef<PortalClient>('Pipeline').implement({
  description:
    'The steps that records of one kind go through, as of some minutes ago. One that was removed while records are still in ' +
    'it has its ids, and no label and no stages.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: PIPELINES_READ,
  fields: (t) => ({
    id: t.id({
      description:
        'Global id, made of type, portal and pipeline: `Pipeline:1234567:default`. `pipelineId` takes it in filters and inputs.',
      extensions: fieldMetadata({ fromId: true }),
      resolve: ({ hubId, id }) => pipelineGlobalId(hubId, id),
    }),
    hubspotId: t.exposeID('id', {
      description: "HubSpot's own id, which `pipelineId` takes, too. Unique within the portal.",
      extensions: fieldMetadata({ fromId: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Name of the pipeline. Null when it was removed.' }),
    stages: t.field({
      type: [PipelineStageRef],
      description: 'The stages in the order in which HubSpot shows them. Empty when the pipeline was removed.',
      resolve: ({ stages }) => [...stages],
    }),
  }),
});

/** `Deal.stage`. Two pipelines may have stages of one id: the record's own pipeline tells which it is. */
export function stageField(t: RecordFields, { objectType }: CrmObject, stage: Property) {
  const { name, description, pipeline = '' } = stage;
  return t.field({
    type: PipelineStageRef,
    nullable: true,
    description: `${description} Null when it has no stage. Properties \`${name}\` and \`${pipeline}\`.`,
    hubspotScopes: pipelineScopes(objectType),
    extensions: fieldMetadata({ properties: [name, pipeline], reads: 'pipelines' }),
    async resolve({ properties, connector }, _args, _context, info) {
      const id = properties[name];
      if (!id) return null;
      const pipelineId = properties[pipeline] ?? '';
      const known = selectionOf(info, 'PipelineStage', connector.granted).needsRecord
        ? (await pipelineWith(pipelineId, connector, objectType))?.stages.find((one) => one.id === id)
        : undefined;
      const { hubId } = connector.installation;
      return known ?? ownStage(hubId, pipelineId, { id, label: null, probability: null, isClosed: null });
    },
  });
}

/** `Deal.pipeline`. */
export function pipelineField(t: RecordFields, { objectType }: CrmObject, { name, description }: Property) {
  return t.field({
    type: PipelineRef,
    nullable: true,
    description: `${description} Null when it has none. Property \`${name}\`.`,
    hubspotScopes: pipelineScopes(objectType),
    extensions: fieldMetadata({ properties: [name], reads: 'pipelines' }),
    async resolve({ properties, connector }, _args, _context, info) {
      const id = properties[name];
      if (!id) return null;
      const known = selectionOf(info, 'Pipeline', connector.granted).needsRecord
        ? await pipelineWith(id, connector, objectType)
        : undefined;
      return known ?? ownPipeline(connector.installation.hubId, { id, label: null, stages: [] });
    },
  });
}

async function pipelineWith(pipelineId: string, connector: RecordConnector, objectType: ObjectType) {
  return (await pipelinesOf(connector, objectType)).find(({ id }) => id === pipelineId);
}

async function pipelinesOf(
  { metadata, installation }: RecordConnector,
  objectType: ObjectType,
): Promise<PortalClient[]> {
  return (await metadata.pipelines(objectType)).map((pipeline) => ownPipeline(installation.hubId, pipeline));
}

function ownPipeline(hubId: number, { id, label, stages }: Pipeline): PortalClient {
  return { typename: 'Pipeline', hubId, id, label, stages: stages.map((stage) => ownStage(hubId, id, stage)) };
}

function ownStage(hubId: number, pipelineId: string, stage: PipelineStage): PortalStage {
  return { typename: 'PipelineStage', hubId, pipelineId, ...stage };
}

/** What a global id names in the portal; null when it has none. @throws GatewayError MISSING_SCOPES */
export async function pipelineNode(
  connector: Connector,
  { pipelineId, stageId }: PipelineReference,
): Promise<PortalClient | PortalStage | null> {
  connector.requireScopes(PIPELINES_READ, 'Query.node');
  for (const { objectType } of PIPELINED) {
    if (!connector.granted.satisfies(pipelineScopes(objectType))) continue;
    const pipeline = await pipelineWith(pipelineId, connector, objectType);
    if (pipeline) return stageId === undefined ? pipeline : (pipeline.stages.find(({ id }) => id === stageId) ?? null);
  }
  return null;
}

for (const { objectType, singular } of PIPELINED) {
  builder.interfaceField(CrmRef, `${singular}Pipelines`, (t) =>
    t.field({
      type: [PipelineRef],
      nullable: true,
      description: `The pipelines of ${objectType} in the order in which HubSpot shows them, as of some minutes ago.`,
      permission: 'hubspot:read',
      hubspotScopes: pipelineScopes(objectType),
      extensions: fieldMetadata({ reads: 'pipelines' }),
      resolve: async (parent, _args, context) => pipelinesOf(await connectorOf(parent, context), objectType),
    }),
  );
}
