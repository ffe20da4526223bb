import type { GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../connector/connector.ts';
import type { CrmRecord } from '../connector/crm-record.ts';
import type { NewNeighbour, Outcome, Written } from '../connector/portal-writes.ts';
import { GatewayError } from '../errors.ts';
import type { PropertyValues } from '../hubspot/record-writes.ts';
import type { GatewayContext } from './context.ts';
import { recordGlobalId, recordIdIn } from './global-id.ts';
import { type WriteInput, writtenConnector } from './named-installation.ts';
import { propertyNames } from './property-names.ts';
import { capitals, type RecordType, recordTypeOf } from './record-types.ts';
import { selectionOf } from './selection.ts';
import type { UserError } from './types/user-error.ts';
import type { CreateInput, UpdateInput, UpsertInput } from './types/write-inputs.ts';
import { notFound, type ProblemContext, userError } from './user-errors.ts';
import { type InputPath, pathOf, valueWithin, type WrittenValues, writtenValues } from './written-values.ts';

/** What a mutation of a record came to. */
export interface RecordPayload {
  readonly connector: Connector;
  /** With the properties that HubSpot told of. Null when nothing was written. */
  readonly record: CrmRecord | null;
  /** Null when nothing was written, or when HubSpot does not say. */
  readonly created: boolean | null;
  readonly userErrors: readonly UserError[];
}

export interface ArchivePayload {
  readonly archivedId: string | null;
  readonly userErrors: readonly UserError[];
}

/** `createContact` and its like. */
export async function createRecord(
  type: RecordType,
  input: CreateInput,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  const connector = await writtenConnector(input, context);
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const written = writtenValues(type.typename, input, hubId);
  const neighbours = (input.associations ?? []).map(({ objectType, id, label }) => ({
    objectType,
    id: recordIdIn(recordTypeOf(objectType).typename, hubId, id, 'associations'),
    label: label ?? undefined,
  }));
  const pathTo = (index: number, field: string) => (index < 0 ? null : ['input', 'associations', String(index), field]);
  const absent = neighbours.flatMap(({ id }, index) => (id === undefined ? [pathTo(index, 'id')] : []));
  if (absent.length + written.absent.length > 0) return refused(connector, [...written.absent, ...absent]);

  const outcome = await connector.writes.create(
    type.objectType,
    withoutEmpty(written.values),
    neighbours.filter(isHere),
  );
  return payload(connector, outcome, {
    ...contextOf(type, written, hubId),
    record: (id, hubspotType) =>
      pathTo(
        neighbours.findIndex(
          (neighbour) => neighbour.id === id && isType(recordTypeOf(neighbour.objectType), hubspotType),
        ),
        'id',
      ),
    label: (label, to) =>
      pathTo(
        neighbours.findIndex((neighbour) => neighbour.label === label && neighbour.objectType === to),
        'label',
      ),
  });
}

/** `updateContact` and its like. */
export async function updateRecord(
  type: RecordType,
  input: UpdateInput,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  const connector = await writtenConnector(input, context);
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const id = recordIdIn(type.typename, hubId, input.id);
  const written = writtenValues(type.typename, input, hubId);
  if (id === undefined) return refused(connector, [RECORD]);
  if (written.absent.length > 0) return refused(connector, written.absent);
  if (written.paths.size === 0)
    throw new GatewayError('BAD_USER_INPUT', 'There is nothing to write.', { argument: 'input' });

  const outcome = await connector.writes.update(type.objectType, id, written.values);
  return payload(connector, outcome, { ...contextOf(type, written, hubId), record: () => RECORD });
}

/** `upsertContact` and its like. */
export async function upsertRecord(
  type: RecordType,
  input: UpsertInput,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  const connector = await writtenConnector(input, context);
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const [idProperty = ''] = propertyNames('idProperty', input.idProperty ?? 'email');
  const idValue = valueWithin('idValue', input.idValue);
  if (idValue.trim() === '')
    throw new GatewayError('BAD_USER_INPUT', 'idValue must not be empty.', { argument: 'idValue' });
  const written = writtenValues(type.typename, input, hubId);
  if (written.absent.length > 0) return refused(connector, written.absent);

  const outcome = await connector.writes.upsert(type.objectType, { idProperty, idValue }, written.values);
  const paths = new Map([[idProperty, ['input', 'idValue']], ...written.paths]);
  return payload(connector, outcome, contextOf(type, { ...written, paths }, hubId));
}

/** `archiveContact` and its like. */
export async function archiveRecord(
  type: RecordType,
  input: WriteInput & { readonly id: string },
  context: GatewayContext,
): Promise<ArchivePayload> {
  const connector = await writtenConnector(input, context);
  const { hubId } = connector.installation;
  const id = recordIdIn(type.typename, hubId, input.id);
  if (id === undefined) return { archivedId: null, userErrors: [notFound(RECORD)] };
  const outcome = await connector.writes.archive(type.objectType, id);
  if ('value' in outcome) return { archivedId: recordGlobalId(type.typename, hubId, id), userErrors: [] };
  const problemContext = { type, hubId, property: () => null, record: () => RECORD, label: () => null };
  return { archivedId: null, userErrors: outcome.problems.map((problem) => userError(problem, problemContext)) };
}

/** What the payload is to show may name properties that none can have: better told before than after the write. */
function refuseBadNames(info: GraphQLResolveInfo, { typename }: RecordType, { granted }: Connector): void {
  selectionOf(info, typename, granted);
}

const RECORD: InputPath = ['input', 'id'];

function isHere(neighbour: { readonly id: string | undefined }): neighbour is NewNeighbour {
  return neighbour.id !== undefined;
}

/** HubSpot does not always say of which type a record is. */
function isType(type: RecordType, hubspotType: string | undefined): boolean {
  return hubspotType === undefined || hubspotType === capitals(type);
}

/** A new record has nothing to be cleared. */
function withoutEmpty(values: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

function contextOf(type: RecordType, written: WrittenValues, hubId: number): ProblemContext {
  return {
    type,
    hubId,
    property: (name) => pathOf(type.typename, written, name),
    record: () => null,
    label: () => null,
  };
}

function refused(connector: Connector, absent: readonly (InputPath | null)[]): RecordPayload {
  return { connector, record: null, created: null, userErrors: absent.map(notFound) };
}

function payload(connector: Connector, outcome: Outcome<Written>, context: ProblemContext): RecordPayload {
  if ('value' in outcome) {
    const { record, isNew } = outcome.value;
    return { connector, record, created: isNew, userErrors: [] };
  }
  const userErrors = outcome.problems.map((problem) => userError(problem, context));
  return { connector, record: null, created: null, userErrors };
}
