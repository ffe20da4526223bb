import type { GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../../connector/connector.ts';
import type { BatchOutcome, FailedWrite, Written } from '../../connector/writes/outcome.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { allOf, readScopes, type ScopeRequirement, writeScopes } from '../../crm/scopes.ts';
import type { GatewayError } from '../../errors.ts';
import { recordGlobalId, recordIdIn } from '../ids/global-id.ts';
import type { ArgumentIds } from '../ids/target-portal.ts';
import type { UserError } from '../types/user-error.ts';
import type { CreateInput, UpdateInput, UpsertInput } from '../types/write-inputs.ts';
import { argumentIdList, inputsIds, pathOfInput, readEach, requireDistinct } from './batch-inputs.ts';
import { archiveProblems, createProblems, updateProblems, upsertProblems } from './problem-contexts.ts';
import type { InputPath, ValuesInput } from './property-changes.ts';
import {
  type CreateRead,
  inputIds,
  NO_PORTAL,
  newRecord,
  type ReadInput,
  readCreate,
  readUpdate,
  readUpsert,
} from './record-inputs.ts';
import { type ArchivePayload, type RecordPayload, refuseBadNames } from './record-writes.ts';
import { notFound, type ProblemContext, userError } from './user-errors.ts';

/** The state of one input of a batch. */
export interface ResultOfInput {
  /** The position of the input in the argument. */
  readonly index: number;
  readonly outcome: 'WRITTEN' | 'NOT_WRITTEN' | 'UNKNOWN';
  /** The error when the user cannot fix it. */
  readonly failure: GatewayError | null;
}

export interface RecordResult extends ResultOfInput, RecordPayload {}
export interface ArchiveResult extends ResultOfInput, ArchivePayload {}

/** The payload of a mutation of several records. The results are in the order of the inputs. */
export interface BatchPayload<Result extends ResultOfInput> {
  readonly results: readonly Result[];
}

/** The field option `argumentIds` of a batch mutation whose inputs `read` parses. */
export function recordsIds<Input extends ValuesInput>(
  type: CrmObject,
  read: (type: CrmObject, input: Input, hubId: number) => ReadInput,
): ArgumentIds<{ readonly inputs: readonly Input[] }> {
  return inputsIds(
    (input: Input, hubId) => read(type, input, hubId),
    (input) => inputIds(type, input),
    (inputs) => ({
      results: inputs.map((input, index) => {
        const { absent } = read(type, input, NO_PORTAL);
        return notWritten(null, index, absent.length > 0 ? absent.map(notFound) : [notFound(['input'])]);
      }),
    }),
  );
}

/** The field option `argumentIds` of mutations such as `archiveContacts`. */
export const LIST_IDS: ArgumentIds<{ readonly ids: readonly string[] }> = {
  ids: ({ ids }) => argumentIdList(ids),
  absent: ({ ids }) => ({ results: ids.map((_id, index) => notArchived(index)) }),
};

/** Resolves mutations such as `createContacts`. */
export async function createRecords(
  type: CrmObject,
  inputs: readonly CreateInput[],
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<BatchPayload<RecordResult>> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const reads = readEach('inputs', inputs, (input) => readCreate(type, input, hubId));
  connector.requireScopes(scopesOfRecords(type, reads), `Mutation.${info.fieldName}`);
  return writeReads(connector, reads, {
    write: (valid) => connector.writes.batch.create(type.objectType, valid.map(newRecord)),
    problemsOf: (read) => createProblems(type, read, hubId),
  });
}

/** Resolves mutations such as `updateContacts`. */
export async function updateRecords(
  type: CrmObject,
  inputs: readonly UpdateInput[],
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<BatchPayload<RecordResult>> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const reads = readEach('inputs', inputs, (input) => readUpdate(type, input, hubId));
  requireDistinct(
    'inputs',
    reads.map(({ id }) => id),
  );
  return writeReads(connector, reads, {
    write: (valid) =>
      connector.writes.batch.update(
        type.objectType,
        valid.map(({ id = '', changes }) => ({ id, properties: changes.values })),
      ),
    problemsOf: ({ changes }) => updateProblems(type, changes, hubId),
  });
}

/** Resolves mutations such as `upsertContacts`. */
export async function upsertRecords(
  type: CrmObject,
  inputs: readonly UpsertInput[],
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<BatchPayload<RecordResult>> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const reads = readEach('inputs', inputs, (input) => readUpsert(type, input, hubId));
  requireDistinct(
    'inputs',
    reads.map(({ idProperty, idValue }) => `${idProperty}\n${idValue.trim().toLowerCase()}`),
  );
  return writeReads(connector, reads, {
    write: (valid) =>
      connector.writes.batch.upsert(
        type.objectType,
        valid.map(({ idProperty, idValue, changes }) => ({ idProperty, idValue, properties: changes.values })),
      ),
    problemsOf: (read) => upsertProblems(type, read, hubId),
  });
}

/** Resolves mutations such as `archiveContacts`. */
export async function archiveRecords(
  type: CrmObject,
  ids: readonly string[],
  connector: Connector,
): Promise<BatchPayload<ArchiveResult>> {
  const { hubId } = connector.installation;
  const recordIds = readEach('ids', ids, (id) => recordIdIn(type.typename, hubId, id, 'ids'));
  const distinct = [...new Set(recordIds.filter((id) => id !== undefined))];
  const outcomes = await connector.writes.batch.archive(type.objectType, distinct);
  const outcomeOf = new Map(distinct.map((id, index) => [id, outcomes[index]]));
  const context = archiveProblems(type, hubId);
  const results = recordIds.map((id, index): ArchiveResult => {
    const outcome = id === undefined ? undefined : outcomeOf.get(id);
    if (id === undefined || outcome === undefined) return notArchived(index);
    if ('value' in outcome) {
      const archivedId = recordGlobalId(type.typename, hubId, id);
      return { index, outcome: 'WRITTEN', archivedId, userErrors: [], failure: null };
    }
    if ('failure' in outcome) return { ...failed(outcome), index, archivedId: null, userErrors: [] };
    const userErrors = outcome.problems.map((problem) => userError(problem, context));
    return {
      ...notArchived(index),
      userErrors: userErrors.map((error) => atPath(error, () => ['ids', String(index)])),
    };
  });
  return { results };
}

interface Writing<Read> {
  readonly write: (valid: readonly Read[]) => Promise<readonly BatchOutcome<Written>[]>;
  /** Finds the input fields that the problems of an input concern. */
  readonly problemsOf: (read: Read) => ProblemContext;
}

/** Writes the inputs whose ids are all of the portal. */
async function writeReads<Read extends ReadInput>(
  connector: Connector,
  reads: readonly Read[],
  { write, problemsOf }: Writing<Read>,
): Promise<BatchPayload<RecordResult>> {
  const valid = reads.filter(({ absent }) => absent.length === 0);
  const outcomes = (valid.length > 0 ? await write(valid) : []).values();
  const results = reads.map((read, index): RecordResult => {
    const outcome = read.absent.length === 0 ? outcomes.next().value : undefined;
    if (!outcome) return notWritten(connector, index, read.absent.map(notFound));
    if ('value' in outcome) {
      const { record, isNew, warnings } = outcome.value;
      return {
        ...{ index, outcome: 'WRITTEN', failure: null, userErrors: [] },
        ...{ connector, record, created: isNew, warnings },
      };
    }
    if ('failure' in outcome) return { ...notWritten(connector, index, []), ...failed(outcome) };
    const context = problemsOf(read);
    const userErrors = outcome.problems.map((problem) => userError(problem, context));
    return notWritten(connector, index, userErrors);
  });
  return { results };
}

/** The write scopes of all records that new records are associated with, and their read scopes where labels are looked up. */
function scopesOfRecords({ objectType }: CrmObject, reads: readonly CreateRead[]): ScopeRequirement {
  const associated = reads.flatMap(({ associatedRecords }) => associatedRecords);
  const types = new Set(associated.map((record) => record.objectType));
  const labelled = new Set(associated.flatMap((record) => (record.label === undefined ? [] : record.objectType)));
  return allOf([
    writeScopes(objectType, ...types),
    ...(labelled.size > 0 ? [readScopes(objectType, ...labelled)] : []),
  ]);
}

function failed({ failure, isUnknown }: FailedWrite): Pick<ResultOfInput, 'outcome' | 'failure'> {
  return { outcome: isUnknown ? 'UNKNOWN' : 'NOT_WRITTEN', failure };
}

/** `userErrors` have the paths of a mutation of one record. */
function notWritten(connector: Connector | null, index: number, userErrors: readonly UserError[]): RecordResult {
  return {
    ...{ index, outcome: 'NOT_WRITTEN', failure: null, connector, record: null, created: null, warnings: [] },
    userErrors: userErrors.map((error) => atPath(error, ([, ...field]) => [...pathOfInput('inputs', index), ...field])),
  };
}

function notArchived(index: number): ArchiveResult {
  const userErrors = [notFound(pathOfInput('ids', index))];
  return { index, outcome: 'NOT_WRITTEN', failure: null, archivedId: null, userErrors };
}

function atPath(error: UserError, move: (path: InputPath) => InputPath): UserError {
  return { ...error, path: error.path && move(error.path) };
}
