import type { GraphQLResolveInfo } from 'graphql';
import type { Connector } from '../../connector/connector.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { GatewayError } from '../../errors.ts';
import { recordGlobalId, recordIdIn } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { type ArgumentIds, argumentId } from '../ids/target-portal.ts';
import type { UserError } from '../types/user-error.ts';
import { emailAddress } from '../values/email-address.ts';
import { archiveProblems } from './problem-contexts.ts';
import { RECORD } from './record-inputs.ts';
import { notWritten, type RecordPayload, refuseBadNames } from './record-writes.ts';
import { notFound, userError } from './user-errors.ts';

export interface MergeInput extends WriteInput {
  readonly primaryId: string;
  readonly mergedId: string;
}

/** The field option `argumentIds` for mutations such as `mergeContacts`. */
export const MERGE_IDS: ArgumentIds<{ readonly input: MergeInput }> = {
  ids: ({ input }) => MERGED.map((name) => argumentId(name, input[name])),
  absent: ({ input }) =>
    notWritten(
      null,
      MERGED.filter((name) => argumentId(name, input[name]).hubId !== undefined).map((name) =>
        notFound(['input', name]),
      ),
    ),
};

const MERGED = ['primaryId', 'mergedId'] as const;

/**
 * Resolves mutations such as `mergeContacts`.
 * @throws GatewayError BAD_USER_INPUT when both ids are one record
 */
export async function mergeRecords(
  type: CrmObject,
  input: MergeInput,
  connector: Connector,
  info: GraphQLResolveInfo,
): Promise<RecordPayload> {
  refuseBadNames(info, type, connector);
  const { hubId } = connector.installation;
  const [primaryId, mergedId] = MERGED.map((name) => recordIdIn(type.typename, hubId, input[name], name));
  if (primaryId === undefined || mergedId === undefined) {
    const absent = MERGED.filter((_name, index) => [primaryId, mergedId][index] === undefined);
    return notWritten(
      connector,
      absent.map((name) => notFound(['input', name])),
    );
  }
  if (primaryId === mergedId) {
    throw new GatewayError('BAD_USER_INPUT', 'primaryId and mergedId are the same record.', { argument: 'mergedId' });
  }
  const outcome = await connector.writes.merge(type.objectType, { primaryId, mergedId });
  if ('value' in outcome) {
    const { record, warnings } = outcome.value;
    return { connector, record, created: false, warnings, userErrors: [] };
  }
  // HubSpot does not tell which of the two records is absent.
  const context = { ...archiveProblems(type, hubId), record: () => null };
  return notWritten(
    connector,
    outcome.problems.map((problem) => userError(problem, context)),
  );
}

export interface DeletionInput extends WriteInput {
  readonly id?: string | null | undefined;
  readonly email?: string | null | undefined;
}

/** The deleted record; both fields are null when none was deleted. */
export interface DeletionPayload {
  readonly deletedId: string | null;
  readonly deletedEmail: string | null;
  readonly userErrors: readonly UserError[];
}

/** The field option `argumentIds` for mutations such as `deleteContactForPrivacy`. */
export const DELETION_IDS: ArgumentIds<{ readonly input: DeletionInput }> = {
  ids({ input }) {
    const { id } = targetOf(input);
    return id === undefined ? [] : [argumentId('id', id)];
  },
  absent: () => NOTHING_DELETED,
};

/** Resolves mutations such as `deleteContactForPrivacy`. */
export async function deleteForPrivacy(
  type: CrmObject,
  input: DeletionInput,
  connector: Connector,
): Promise<DeletionPayload> {
  const { hubId } = connector.installation;
  const target = targetOf(input);
  const id = target.id === undefined ? undefined : recordIdIn(type.typename, hubId, target.id);
  if (id === undefined && target.email === undefined) return NOTHING_DELETED;
  const outcome = await connector.writes.deleteForPrivacy(
    type.objectType,
    id === undefined ? { id: target.email ?? '', idProperty: 'email' } : { id },
  );
  if ('value' in outcome) {
    const deletedId = id === undefined ? null : recordGlobalId(type.typename, hubId, id);
    return { deletedId, deletedEmail: target.email ?? null, userErrors: [] };
  }
  const argument = id === undefined ? 'email' : 'id';
  const context = { ...archiveProblems(type, hubId), record: () => ['input', argument] };
  return { ...NOTHING_DELETED, userErrors: outcome.problems.map((problem) => userError(problem, context)) };
}

const NOTHING_DELETED: DeletionPayload = { deletedId: null, deletedEmail: null, userErrors: [notFound(RECORD)] };

/** @throws GatewayError BAD_USER_INPUT unless the input has either an id or an e-mail address */
function targetOf({ id, email }: DeletionInput): { readonly id?: string; readonly email?: string } {
  if (id != null && email == null) return { id };
  if (email != null && id == null) return { email: emailAddress(email) };
  throw new GatewayError('BAD_USER_INPUT', 'Give either id or email.', { argument: 'input' });
}
