import type { WriteProblem } from '../../connector/portal-writes.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { recordGlobalId } from '../ids/global-id.ts';
import type { UserError } from '../types/user-error.ts';
import type { InputPath } from './property-changes.ts';

/** What a mutation knows of its input: where the things stand that a problem may be about. */
export interface ProblemContext {
  readonly type: CrmObject;
  readonly hubId: number;
  /** Of a property. */
  property(name: string): InputPath | null;
  /** Of a record's id; both are absent for the record that the mutation is about. `type` is HubSpot's: `DEAL`. */
  record(id: string | undefined, type: string | undefined): InputPath | null;
  /** Of a label for an association to records of a type. */
  label(label: string, to: CrmObject['objectType']): InputPath | null;
}

/** What a person is told of a problem. */
export function userError(problem: WriteProblem, context: ProblemContext): UserError {
  switch (problem.kind) {
    case 'invalid': {
      const { property, code, options } = problem;
      return {
        typename: 'ValidationError',
        message: problem.message ?? (options ? NONE_OF_OPTIONS : property ? NOT_ACCEPTED : NOT_WRITTEN),
        path: property === undefined ? null : context.property(property),
        hubspotCode: code ?? null,
        options: options ?? null,
      };
    }
    case 'taken': {
      const { property, existingId } = problem;
      return {
        typename: 'ConflictError',
        message: 'Another record has this value already.',
        path: property === undefined ? null : context.property(property),
        existing: existingId ? existing(context, existingId) : null,
      };
    }
    case 'absent':
      return notFound(context.record(problem.id, problem.type));
    case 'label':
      return {
        typename: 'ValidationError',
        message: 'Records of these types have no such label.',
        path: context.label(problem.label, problem.to),
        options: problem.known,
      };
  }
}

const NONE_OF_OPTIONS = 'This is none of the values that the property takes.';
const NOT_ACCEPTED = 'HubSpot does not accept this value.';
const NOT_WRITTEN = 'HubSpot refused the write as invalid.';

/** A record that is not in the portal, for whatever reason. */
export function notFound(path: InputPath | null): UserError {
  return { typename: 'NotFoundError', message: 'The portal has no such record.', path };
}

function existing({ type, hubId }: ProblemContext, hubspotId: string) {
  return { id: recordGlobalId(type.typename, hubId, hubspotId), hubspotId };
}
