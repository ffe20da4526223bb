import { builder } from '../builder.ts';
import type { InputPath } from '../writes/property-changes.ts';

/** Something that a person can mend, as clients see it. */
export interface UserError {
  readonly typename: 'ValidationError' | 'ConflictError' | 'NotFoundError';
  readonly message: string;
  readonly path: InputPath | null;
  readonly hubspotCode?: string | null;
  readonly options?: readonly string[] | null;
  /** The record that stands in the way, by its global id and by HubSpot's own. */
  readonly existing?: { readonly id: string; readonly hubspotId: string } | null;
}

const Code = builder.enumType('UserErrorCode', {
  description: 'What kind of thing is to be mended.',
  values: {
    VALIDATION_FAILED: {
      description: 'HubSpot, or a rule of the portal, does not accept a value: a `ValidationError`.',
    },
    CONFLICT: { description: 'Another record has a value that only one may have: a `ConflictError`.' },
    NOT_FOUND: { description: 'The portal has no record with an id that the input names: a `NotFoundError`.' },
  },
});

const CODES = {
  ValidationError: 'VALIDATION_FAILED',
  ConflictError: 'CONFLICT',
  NotFoundError: 'NOT_FOUND',
} as const satisfies Record<UserError['typename'], string>;

/** `UserError`, of which payloads have a list. */
export const UserErrorRef = builder.interfaceRef<UserError>('UserError').implement({
  description: 'Why nothing was written: something that the person in front of the screen can mend.',
  resolveType: ({ typename }) => typename,
  fields: (t) => ({
    code: t.field({
      type: Code,
      description: 'What kind of thing is to be mended.',
      resolve: ({ typename }) => CODES[typename],
    }),
    message: t.exposeString('message', { description: 'What is wrong, as an English sentence for people.' }),
    path: t.stringList({
      nullable: true,
      description:
        'The field of the arguments that it is about, such as `["input", "email"]`. Null when it is about none.',
      resolve: ({ path }) => (path ? [...path] : null),
    }),
  }),
});

builder.objectRef<UserError>('ValidationError').implement({
  description: 'A value that is not accepted, or one that is missing.',
  interfaces: [UserErrorRef],
  fields: (t) => ({
    hubspotCode: t.string({
      nullable: true,
      description: "HubSpot's own code, such as `INVALID_EMAIL`. Null when HubSpot gave none, or was not asked.",
      resolve: ({ hubspotCode }) => hubspotCode ?? null,
    }),
    options: t.stringList({
      nullable: true,
      description: 'The values that would be accepted, where the property takes one of a list. Null elsewhere.',
      resolve: ({ options }) => (options ? [...options] : null),
    }),
  }),
});

builder.objectRef<UserError>('ConflictError').implement({
  description: 'Another record has a value that only one may have.',
  interfaces: [UserErrorRef],
  fields: (t) => ({
    existingId: t.id({
      nullable: true,
      description: 'Global id of that record, to update it instead. Null when HubSpot does not tell.',
      resolve: ({ existing }) => existing?.id ?? null,
    }),
    existingHubspotId: t.id({
      nullable: true,
      description: "HubSpot's own id of that record. Null when HubSpot does not tell.",
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

/** `userErrors` of a mutation's payload. */
export function userErrorsField<Payload extends Failed>(t: PayloadFields<Payload>, done: 'written' | 'archived') {
  return t.field({
    type: [UserErrorRef],
    description: `What the person can mend when nothing was ${done}. Empty when it was.`,
    resolve: ({ userErrors }) => [...userErrors],
  });
}
