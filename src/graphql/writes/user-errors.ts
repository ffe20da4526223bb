import type { WriteProblem } from '../../connector/writes/outcome.ts';
import type { CrmObject } from '../../crm/objects.ts';
import { recordGlobalId } from '../ids/global-id.ts';
import type { UserError } from '../types/user-error.ts';
import type { InputPath } from './property-changes.ts';

/** Finds the input field of a mutation that a problem concerns. */
export interface ProblemContext {
  readonly type: CrmObject;
  readonly hubId: number;
  /** The path of a property. */
  property(name: string): InputPath | null;
  /**
   * The path of a record's id. `type` is HubSpot's name of the type, such as `DEAL`. Both parameters are `undefined` for
   * the mutation's own record.
   */
  record(id: string | undefined, type: string | undefined): InputPath | null;
  /** The path of the label of an association with records of the type `to`. */
  label(label: string, to: CrmObject['objectType']): InputPath | null;
}

/** The error that the user sees. */
export function userError(problem: WriteProblem, context: ProblemContext): UserError {
  switch (problem.kind) {
    case 'invalid': {
      const { property, code, options, requiredBy } = problem;
      return {
        typename: 'ValidationError',
        message: problem.message ?? (options ? NONE_OF_OPTIONS : property ? notAccepted(property) : NOT_WRITTEN),
        path: property === undefined ? null : context.property(property),
        property: property ?? null,
        decidingProperty: (requiredBy?.kind === 'condition' && requiredBy.decidingProperty) || null,
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
        property: property ?? null,
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
const NOT_WRITTEN = 'HubSpot refused the write as invalid.';

function notAccepted(property: string): string {
  return `HubSpot does not accept the value of \`${property}\`.`;
}

/** The error for a record that is not in the portal. */
export function notFound(path: InputPath | null): UserError {
  return { typename: 'NotFoundError', message: 'The portal has no such record.', path };
}

function existing({ type, hubId }: ProblemContext, hubspotId: string) {
  return { id: recordGlobalId(type.typename, hubId, hubspotId), hubspotId };
}
