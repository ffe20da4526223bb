import type { FieldRef } from '@pothos/core';
import { builder } from '../builder.ts';
import type { InputPath } from '../writes/property-changes.ts';

/** An error that the user can fix. */
export interface UserError {
  readonly typename: 'ValidationError' | 'ConflictError' | 'NotFoundError';
  readonly message: string;
  readonly path: InputPath | null;
  /** HubSpot's internal name. */
  readonly property?: string | null;
  readonly decidingProperty?: string | null;
  readonly hubspotCode?: string | null;
  readonly options?: readonly string[] | null;
  /** The ids of the record that already has the value. */
  readonly existing?: { readonly id: string; readonly hubspotId: string } | null;
}

const Code = builder.enumType('UserErrorCode', {
  description: 'The kind of a user error.',
  values: {
    VALIDATION_FAILED: {
      description: 'HubSpot, or a rule of the portal, does not accept a value: a `ValidationError`.',
    },
    CONFLICT: { description: 'Another record already has a unique value: a `ConflictError`.' },
    NOT_FOUND: { description: 'The portal has no record with an id in the input: a `NotFoundError`.' },
  },
});

const CODES = {
  ValidationError: 'VALIDATION_FAILED',
  ConflictError: 'CONFLICT',
  NotFoundError: 'NOT_FOUND',
} as const satisfies Record<UserError['typename'], string>;

/** The interface `UserError`. Payloads have a list of them. */
const UserErrorRef = builder.interfaceRef<UserError>('UserError').implement({
  description: 'A reason why nothing was written. The user can fix it.',
  resolveType: ({ typename }) => typename,
  fields: (t) => ({
    code: t.field({
      type: Code,
      description: 'The kind of the error.',
      resolve: ({ typename }) => CODES[typename],
    }),
    message: t.exposeString('message', { description: 'An English sentence for the user.' }),
    path: t.stringList({
      nullable: true,
      description:
        'The path of the argument with the error, such as `["input", "email"]`. Null when the error concerns no argument.',
      resolve: ({ path }) => (path ? [...path] : null),
    }),
  }),
});

builder.objectRef<UserError>('ValidationError').implement({
  description: 'A value is invalid, or a required value is missing.',
  interfaces: [UserErrorRef],
  fields: (t) => ({
    property: t.string({
      nullable: true,
      description:
        "HubSpot's internal name of the property, such as `closed_lost_reason`, also when the input has no field for it. " +
        'Null when the error concerns no single property.',
      resolve: ({ property }) => property ?? null,
    }),
    decidingProperty: t.string({
      nullable: true,
      description:
        "HubSpot's internal name of the property whose value makes `property` required, such as `dealstage`. Null for other errors, and when HubSpot does not return it.",
      resolve: ({ decidingProperty }) => decidingProperty ?? null,
    }),
    hubspotCode: t.string({
      nullable: true,
      description: "HubSpot's code, such as `INVALID_EMAIL`. Null when HubSpot gave none, or was not called.",
      resolve: ({ hubspotCode }) => hubspotCode ?? null,
    }),
    options: t.stringList({
      nullable: true,
      description: 'The valid values of a property with options. Null for other properties.',
      resolve: ({ options }) => (options ? [...options] : null),
    }),
  }),
});

builder.objectRef<UserError>('ConflictError').implement({
  description: 'Another record already has a unique value.',
  interfaces: [UserErrorRef],
  fields: (t) => ({
    property: t.string({
      nullable: true,
      description:
        "HubSpot's internal name of the unique property, such as `email`, also when the input has no field for it. Null when HubSpot does not return it.",
      resolve: ({ property }) => property ?? null,
    }),
    existingId: t.id({
      nullable: true,
      description: 'Global id of that record, which can be updated instead. Null when HubSpot does not return it.',
      resolve: ({ existing }) => existing?.id ?? null,
    }),
    existingHubspotId: t.id({
      nullable: true,
      description: "HubSpot's id of that record. Null when HubSpot does not return it.",
      resolve: ({ existing }) => existing?.hubspotId ?? null,
    }),
  }),
});

builder.objectRef<UserError>('NotFoundError').implement({
  description: 'The portal has no record with this id, or has it in the recycle bin.',
  interfaces: [UserErrorRef],
});

type PayloadFields<Of> = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Of>;
type Failed = { readonly userErrors: readonly UserError[] };

/** The field `userErrors` of a mutation's payload. */
export function userErrorsField<Payload extends Failed>(
  t: PayloadFields<Payload>,
  done: 'written' | 'archived' | 'deleted',
): FieldRef<typeof builder.$inferSchemaTypes, unknown, 'Object'> {
  return t.field({
    type: [UserErrorRef],
    description: `The errors that the user can fix when nothing was ${done}. Empty after success.`,
    resolve: ({ userErrors }) => [...userErrors],
  });
}
