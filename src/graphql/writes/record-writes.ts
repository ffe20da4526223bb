import type { GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../../connector/connector.ts';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { NewAssociatedRecord, Outcome, Written } from '../../connector/portal-writes.ts';
import { type CrmObject, crmObject, enumName } from '../../crm/objects.ts';
import type { PropertyValues } from '../../hubspot/crm/record-writes.ts';
import type { WriteWarning } from '../../hubspot/crm/write-warnings.ts';
import { selectionOf } from '../analysis/selection.ts';
import { recordGlobalId, recordIdIn } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { type ArgumentIds, argumentId } from '../ids/target-portal.ts';
import type { UserError } from '../types/user-error.ts';
import type { CreateInput, UpdateInput, UpsertInput } from '../types/write-inputs.ts';
import { type InputPath, type PropertyChanges, pathOf, type ValuesInput } from './property-changes.ts';
import { associationPath, inputIds, NO_PORTAL, RECORD, readCreate, readUpdate, readUpsert } from './record-inputs.ts';
import { notFound, type ProblemContext, userError } from './user-errors.ts';

/** The result of a mutation of a record. */
export interface RecordPayload {
  /** Null when the input names a portal that this tenant does not have. */
  readonly connector: Connector | null;
  /** The record with the properties of HubSpot's answer. Null when nothing was written. */
  readonly record: CrmRecord | null;
  /** Null when nothing was written, or when HubSpot's answer lacks it. */
  readonly created: boolean | null;
  /** Empty when nothing was written. */
  readonly warnings: readonly WriteWarning[];
  readonly userErrors: readonly UserError[];
}

export interface ArchivePayload {
  readonly archivedId: string | null;
  readonly userErrors: readonly UserError[];
}

interface ArchiveInput extends WriteInput {
  readonly id: string;
}

/** The field option `argumentIds` for a mutation whose input `read` parses. */
export function writeIds<Input extends ValuesInput>(
  type: CrmObject,
  read: (type: CrmObject, input: Input, hubId: number) => { readonly absent: readonly InputPath[] },
): ArgumentIds<{ readonly input: Input }> {
  return {
    ids({ input }) {
      read(type, input, NO_PORTAL);
      return inputIds(type, input);
    },
    absent: ({ input }) => refused(null, read(type, input, NO_PORTAL).absent),
  };
}

/** The field option `argumentIds` for mutations such as `archiveContact`. */
export const ARCHIVE_IDS: ArgumentIds<{ readonly input: ArchiveInput }> = {
  ids: ({ input }) => [argumentId('id', input.id)],
  absent: () => NOTHING_ARCHIVED,
};

/** Resolves mutations such as `createContact`. */
export async function createRecord(
  type: CrmObject,
  input: CreateInput,
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const { changes, associatedRecords, absent } = readCreate(type, input, hubId);
  if (absent.length > 0) return refused(connector, absent);
  const pathTo = (index: number, field: 'id' | 'label') => (index < 0 ? null : associationPath(index, field));

  const outcome = await connector.writes.create(
    type.objectType,
    withoutEmpty(changes.values),
    associatedRecords.filter(isPresent),
  );
  return payload(connector, outcome, {
    ...problemContext(type, changes, hubId),
    record: (id, hubspotType) =>
      pathTo(
        associatedRecords.findIndex(
          (associated) => associated.id === id && isType(crmObject(associated.objectType), hubspotType),
        ),
        'id',
      ),
    label: (label, to) =>
      pathTo(
        associatedRecords.findIndex((associated) => associated.label === label && associated.objectType === to),
        'label',
      ),
  });
}

/** Resolves mutations such as `updateContact`. */
export async function updateRecord(
  type: CrmObject,
  input: UpdateInput,
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const { id, changes, absent } = readUpdate(type, input, hubId);
  if (id === undefined || absent.length > 0) return refused(connector, absent);

  const outcome = await connector.writes.update(type.objectType, id, changes.values);
  return payload(connector, outcome, { ...problemContext(type, changes, hubId), record: () => RECORD });
}

/** Resolves mutations such as `upsertContact`. */
export async function upsertRecord(
  type: CrmObject,
  input: UpsertInput,
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const { idProperty, idValue, changes, absent } = readUpsert(type, input, hubId);
  if (absent.length > 0) return refused(connector, absent);

  const outcome = await connector.writes.upsert(type.objectType, { idProperty, idValue }, changes.values);
  const paths = new Map([[idProperty, ['input', 'idValue']], ...changes.paths]);
  return payload(connector, outcome, problemContext(type, { ...changes, paths }, hubId));
}

/** Resolves mutations such as `archiveContact`. */
export async function archiveRecord(
  type: CrmObject,
  input: ArchiveInput,
  connector: Connector,
): Promise<ArchivePayload> {
  const { hubId } = connector.installation;
  const id = recordIdIn(type.typename, hubId, input.id);
  if (id === undefined) return NOTHING_ARCHIVED;
  const outcome = await connector.writes.archive(type.objectType, id);
  if ('value' in outcome) return { archivedId: recordGlobalId(type.typename, hubId, id), userErrors: [] };
  const problems = { type, hubId, property: () => null, record: () => RECORD, label: () => null };
  return { archivedId: null, userErrors: outcome.problems.map((problem) => userError(problem, problems)) };
}

/** Refuses invalid property names in the payload's selection before the write. */
function refuseBadNames(info: GraphQLResolveInfo, { typename }: CrmObject, { granted }: Connector): void {
  selectionOf(info, typename, granted);
}

const NOTHING_ARCHIVED: ArchivePayload = { archivedId: null, userErrors: [notFound(RECORD)] };

function isPresent(associated: { readonly id: string | undefined }): associated is NewAssociatedRecord {
  return associated.id !== undefined;
}

/** HubSpot's problem can lack the record's type. */
function isType(type: CrmObject, hubspotType: string | undefined): boolean {
  return hubspotType === undefined || hubspotType === enumName(type);
}

/** An empty value clears a property, and a new record has no property to clear. */
function withoutEmpty(values: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

function problemContext(type: CrmObject, changes: PropertyChanges, hubId: number): ProblemContext {
  return {
    type,
    hubId,
    property: (name) => pathOf(type, changes, name),
    record: () => null,
    label: () => null,
  };
}

function refused(connector: Connector | null, absent: readonly (InputPath | null)[]): RecordPayload {
  return notWritten(connector, absent.map(notFound));
}

function payload(connector: Connector, outcome: Outcome<Written>, context: ProblemContext): RecordPayload {
  if ('value' in outcome) {
    const { record, isNew, warnings } = outcome.value;
    return { connector, record, created: isNew, warnings, userErrors: [] };
  }
  return notWritten(
    connector,
    outcome.problems.map((problem) => userError(problem, context)),
  );
}

function notWritten(connector: Connector | null, userErrors: readonly UserError[]): RecordPayload {
  return { connector, record: null, created: null, warnings: [], userErrors };
}
