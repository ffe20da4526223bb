import type { FieldRef, ObjectRef } from '@pothos/core';
import type { CrmObject } from '../../../crm/objects.ts';
import type { GatewayError } from '../../../errors.ts';
import { builder } from '../../builder.ts';
import type { ArchiveResult, RecordResult, ResultOfInput } from '../../writes/batch-writes.ts';
import { writtenRecordFields } from '../record-writes.ts';
import { userErrorsField } from '../user-error.ts';
import { warningsField } from '../write-warning.ts';

type Types = typeof builder.$inferSchemaTypes;
type Fields<Of> = PothosSchemaTypes.ObjectFieldBuilder<Types, Of>;

const Outcome = builder.enumType('WriteOutcome', {
  description: 'Whether an input of a mutation of several records was written.',
  values: {
    WRITTEN: { description: 'HubSpot has written it.' },
    NOT_WRITTEN: {
      description: 'HubSpot has not written it. `userErrors` or `failure` gives the reason.',
    },
    UNKNOWN: {
      description:
        'HubSpot received it, and its answer was lost. Read before you create the record again. An update, upsert or archive can be sent again.',
    },
  },
});

const WriteFailure = builder
  .objectRef<Pick<GatewayError, 'code' | 'message' | 'extensions'>>('WriteFailure')
  .implement({
    description: 'Why an input was not written, or why its outcome is not known. The user cannot fix it.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'One of the error codes that `Query` lists.' }),
      message: t.exposeString('message', { description: 'An English sentence for developers.' }),
      retryAfterMs: t.int({
        nullable: true,
        description: 'Milliseconds until it is worth to try again. Null when not known.',
        resolve: ({ extensions }) => {
          const retryAfterMs: unknown = Reflect.get(extensions, 'retryAfterMs');
          return typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs) : null;
        },
      }),
    }),
  });

/** The result of one input, such as `ContactWriteResult`. */
export function recordResult(type: CrmObject): ObjectRef<Types, RecordResult> {
  const { typename, singular } = type;
  return builder.objectRef<RecordResult>(`${typename}WriteResult`).implement({
    description: `The ${singular} that was written for one input, or the errors.`,
    fields: (t) => ({
      ...resultFields(t, 'inputs'),
      ...writtenRecordFields(t, type),
      warnings: warningsField(t),
      userErrors: userErrorsField(t, 'written'),
    }),
  });
}

/** The result of one id, such as `ContactArchiveResult`. */
export function archiveResult({ typename, singular }: CrmObject): ObjectRef<Types, ArchiveResult> {
  return builder.objectRef<ArchiveResult>(`${typename}ArchiveResult`).implement({
    description: `The ${singular} that was archived for one id, or the errors.`,
    fields: (t) => ({
      ...resultFields(t, 'ids'),
      archivedId: t.exposeID('archivedId', {
        nullable: true,
        description: `Global id of the archived ${singular}. Null when nothing was archived.`,
      }),
      userErrors: userErrorsField(t, 'archived'),
    }),
  });
}

function resultFields<Result extends ResultOfInput>(
  t: Fields<Result>,
  argument: 'inputs' | 'ids',
): Record<string, FieldRef<Types, unknown, 'Object'>> {
  return {
    index: t.int({
      description: `The position in \`${argument}\`, from 0.`,
      resolve: ({ index }) => index,
    }),
    outcome: t.field({
      type: Outcome,
      description: 'Whether it was written.',
      resolve: ({ outcome }) => outcome,
    }),
    failure: t.field({
      type: WriteFailure,
      nullable: true,
      description:
        'The error that the user cannot fix, such as a lost answer of HubSpot. Null after success, and when `userErrors` has errors.',
      // A field whose value is an Error fails.
      resolve: ({ failure }) =>
        failure && { code: failure.code, message: failure.message, extensions: failure.extensions },
    }),
  };
}
