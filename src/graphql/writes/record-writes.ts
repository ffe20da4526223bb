import type { GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../../connector/connector.ts';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { Outcome, Written } from '../../connector/writes/outcome.ts';
import type { CrmObject } from '../../crm/objects.ts';
import type { WriteWarning } from '../../hubspot/crm/write-warnings.ts';
import { selectionOf } from '../analysis/selection.ts';
import { recordGlobalId, recordIdIn } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { type ArgumentIds, argumentId } from '../ids/target-portal.ts';
import type { UserError } from '../types/user-error.ts';
import type { CreateInput, UpdateInput, UpsertInput } from '../types/write-inputs.ts';
import { archiveProblems, createProblems, updateProblems, upsertProblems } from './problem-contexts.ts';
import type { InputPath, ValuesInput } from './property-changes.ts';
import { inputIds, NO_PORTAL, newRecord, RECORD, readCreate, readUpdate, readUpsert } from './record-inputs.ts';
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
  const read = readCreate(type, input, hubId);
  if (read.absent.length > 0) return refused(connector, read.absent);

  const { properties, associatedRecords } = newRecord(read);
  const outcome = await connector.writes.create(type.objectType, properties, associatedRecords);
  return payload(connector, outcome, createProblems(type, read, hubId));
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
  return payload(connector, outcome, updateProblems(type, changes, hubId));
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
  const read = readUpsert(type, input, hubId);
  if (read.absent.length > 0) return refused(connector, read.absent);

  const outcome = await connector.writes.upsert(type.objectType, read, read.changes.values);
  return payload(connector, outcome, upsertProblems(type, read, hubId));
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
  const context = archiveProblems(type, hubId);
  return { archivedId: null, userErrors: outcome.problems.map((problem) => userError(problem, context)) };
}

/** Refuses invalid property names in the payload's selection before the write. */
export function refuseBadNames(info: GraphQLResolveInfo, { typename }: CrmObject, { granted }: Connector): void {
  selectionOf(info, typename, granted);
}

const NOTHING_ARCHIVED: ArchivePayload = { archivedId: null, userErrors: [notFound(RECORD)] };

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

export function notWritten(connector: Connector | null, userErrors: readonly UserError[]): RecordPayload {
  return { connector, record: null, created: null, warnings: [], userErrors };
}
