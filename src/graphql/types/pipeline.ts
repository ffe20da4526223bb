import type { FieldRef } from '@pothos/core';
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
/** The scopes to read the pipelines of at least one object type. */
export const PIPELINES_READ = anyOf(PIPELINED.map(({ objectType }) => pipelineScopes(objectType)));

/** A stage with its portal and pipeline. */
export interface PipelineStageNode extends PipelineStage {
  readonly typename: 'PipelineStage';
  readonly hubId: number;
  readonly pipelineId: string;
}

/** A pipeline with its portal. */
export interface PipelineNode extends Omit<Pipeline, 'stages'> {
  readonly typename: 'Pipeline';
  readonly hubId: number;
  readonly stages: readonly PipelineStageNode[];
}

const PipelineStageRef = builder.objectRef<PipelineStageNode>('PipelineStage').implement({
  description:
    'A stage of a pipeline. The data can be some minutes old. A removed stage that still has records has only its ids; its ' +
    'other fields are null.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: PIPELINES_READ,
  fields: (t) => ({
    id: t.id({
      description:
        'Global id of type, portal, pipeline and stage, such as `PipelineStage:1234567:default:closedwon`. Stages of two pipelines can have the same `hubspotId`. `stageId` accepts the global id in filters and inputs.',
      extensions: fieldMetadata({ fromId: true }),
      resolve: ({ hubId, pipelineId, id }) => stageGlobalId(hubId, pipelineId, id),
    }),
    hubspotId: t.exposeID('id', {
      description: "HubSpot's id, which `stageId` also accepts. Unique only within the pipeline.",
      extensions: fieldMetadata({ fromId: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Name of the stage. Null when it was removed.' }),
    probability: t.expose('probability', {
      type: 'Decimal',
      nullable: true,
      description: 'The probability of winning a deal in this stage, from 0 to 1. Null when the stage was removed.',
    }),
    isClosed: t.exposeBoolean('isClosed', {
      nullable: true,
      description: '`true` when deals in this stage are closed, won or lost. Null when the stage was removed.',
    }),
  }),
});

const PipelineRef = builder.objectRef<PipelineNode>('Pipeline').implement({
  description:
    'The stages that records of one type go through. The data can be some minutes old. A removed pipeline that still has ' +
    'records has its ids, but no label and no stages.',
  interfaces: [builder.nodeInterfaceRef()],
  hubspotScopes: PIPELINES_READ,
  fields: (t) => ({
    id: t.id({
      description:
        'Global id of type, portal and pipeline, such as `Pipeline:1234567:default`. `pipelineId` accepts it in filters and inputs.',
      extensions: fieldMetadata({ fromId: true }),
      resolve: ({ hubId, id }) => pipelineGlobalId(hubId, id),
    }),
    hubspotId: t.exposeID('id', {
      description: "HubSpot's id, which `pipelineId` also accepts. Unique within the portal.",
      extensions: fieldMetadata({ fromId: true }),
    }),
    label: t.exposeString('label', { nullable: true, description: 'Name of the pipeline. Null when it was removed.' }),
    stages: t.field({
      type: [PipelineStageRef],
      description: "The stages in HubSpot's display order. Empty when the pipeline was removed.",
      resolve: ({ stages }) => [...stages],
    }),
  }),
});

/** The field `Deal.stage`. Stages of two pipelines can have the same id, so the record's pipeline selects the stage. */
export function stageField(
  t: RecordFields,
  { objectType }: CrmObject,
  stage: Property,
): FieldRef<typeof builder.$inferSchemaTypes, unknown, 'Object'> {
  const { name, description, pipeline = '' } = stage;
  return t.field({
    type: PipelineStageRef,
    nullable: true,
    description: `${description} Null when the record has no stage. Properties \`${name}\` and \`${pipeline}\`.`,
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
      return known ?? toPortalStage(hubId, pipelineId, { id, label: null, probability: null, isClosed: null });
    },
  });
}

/** The field `Deal.pipeline`. */
export function pipelineField(
  t: RecordFields,
  { objectType }: CrmObject,
  { name, description }: Property,
): FieldRef<typeof builder.$inferSchemaTypes, unknown, 'Object'> {
  return t.field({
    type: PipelineRef,
    nullable: true,
    description: `${description} Null when the record has no pipeline. Property \`${name}\`.`,
    hubspotScopes: pipelineScopes(objectType),
    extensions: fieldMetadata({ properties: [name], reads: 'pipelines' }),
    async resolve({ properties, connector }, _args, _context, info) {
      const id = properties[name];
      if (!id) return null;
      const known = selectionOf(info, 'Pipeline', connector.granted).needsRecord
        ? await pipelineWith(id, connector, objectType)
        : undefined;
      return known ?? toPipelineNode(connector.installation.hubId, { id, label: null, stages: [] });
    },
  });
}

async function pipelineWith(pipelineId: string, connector: RecordConnector, objectType: ObjectType) {
  return (await pipelinesOf(connector, objectType)).find(({ id }) => id === pipelineId);
}

async function pipelinesOf(
  { metadata, installation }: RecordConnector,
  objectType: ObjectType,
): Promise<PipelineNode[]> {
  return (await metadata.pipelines(objectType)).map((pipeline) => toPipelineNode(installation.hubId, pipeline));
}

function toPipelineNode(hubId: number, { id, label, stages }: Pipeline): PipelineNode {
  return { typename: 'Pipeline', hubId, id, label, stages: stages.map((stage) => toPortalStage(hubId, id, stage)) };
}

function toPortalStage(hubId: number, pipelineId: string, stage: PipelineStage): PipelineStageNode {
  return { typename: 'PipelineStage', hubId, pipelineId, ...stage };
}

/** The pipeline or stage of a global id; null when the portal has none. @throws GatewayError MISSING_SCOPES */
export async function pipelineNode(
  connector: Connector,
  { pipelineId, stageId }: PipelineReference,
): Promise<PipelineNode | PipelineStageNode | null> {
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
      description: `The pipelines of ${objectType} in HubSpot's display order. The data can be some minutes old.`,
      permission: 'hubspot:read',
      hubspotScopes: pipelineScopes(objectType),
      extensions: fieldMetadata({ reads: 'pipelines' }),
      resolve: async (parent, _args, context) => pipelinesOf(await connectorOf(parent, context), objectType),
    }),
  );
}
