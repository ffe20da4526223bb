import type { InputObjectRef } from '@pothos/core';
import type { CrmObject, ObjectType } from '../../crm/objects.ts';
import type { FieldKind } from '../../crm/property.ts';
import { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { PROPERTY_NAME } from '../values/property-names.ts';
import type { ValuesInput } from '../writes/property-changes.ts';
import { CrmObjectType } from './crm.ts';

type Types = typeof builder.$inferSchemaTypes;
type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

export const installationIdField = (t: InputFields) =>
  t.id({
    description:
      "Global id of the installation whose portal is written to. Left out: the viewer's default, else the only one that is not disconnected.",
  });

const PropertyInput = builder.inputType('PropertyInput', {
  description: 'A value for any property, custom ones included.',
  fields: (t) => ({
    name: t.string({ required: true, description: PROPERTY_NAME }),
    value: t.string({
      description:
        "The value as HubSpot writes it: a number in digits, `true` or `false`, an option's internal value, several of them " +
        'as `a;b`, a day as `2026-11-23`, a moment in ISO 8601 or epoch milliseconds. Null clears the property.',
    }),
  }),
});

export const AssociationInput = builder.inputType('AssociationInput', {
  description: 'A record that a new one is associated with.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Type of that record.' }),
    id: t.id({ required: true, description: eitherId() }),
    label: t.string({
      description:
        'Label that the portal defines, such as `Decision maker`: what that record is to the new one. For labels the ' +
        'portal must have granted the read scopes of both types. Left out: an association without label.',
    }),
  }),
});

export interface AssociatedRecordInput {
  readonly objectType: ObjectType;
  readonly id: string;
  readonly label?: string | null | undefined;
}

export interface CreateInput extends WriteInput, ValuesInput {
  readonly associations?: readonly AssociatedRecordInput[] | null | undefined;
}

export interface UpdateInput extends WriteInput, ValuesInput {
  readonly id: string;
}

export interface UpsertInput extends WriteInput, ValuesInput {
  readonly idProperty?: string | null | undefined;
  readonly idValue: string;
}

/** `CreateContactInput` and its like. */
export function createInput(type: CrmObject): InputObjectRef<Types, CreateInput> {
  return builder.inputRef<CreateInput>(`Create${type.typename}Input`).implement({
    description: `A new ${type.singular}. A field that is null counts as left out.`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      associations: t.field({
        type: [AssociationInput],
        description: `Records that the ${type.singular} is associated with, in the same HubSpot call. The portal must have granted the write scopes of their types.`,
      }),
    }),
  });
}

/** `UpdateContactInput` and its like. */
export function updateInput(type: CrmObject): InputObjectRef<Types, UpdateInput> {
  return builder.inputRef<UpdateInput>(`Update${type.typename}Input`).implement({
    description: `Changes of a ${type.singular}. ${LEFT_OUT}`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      id: t.id({ required: true, description: eitherId(type.typename) }),
    }),
  });
}

/** `UpsertContactInput` and its like. */
export function upsertInput(type: CrmObject): InputObjectRef<Types, UpsertInput> {
  const idProperty =
    "HubSpot's internal name of the property that tells the record: one whose values are unique in the portal.";
  return builder.inputRef<UpsertInput>(`Upsert${type.typename}Input`).implement({
    description: `What the ${type.singular} with the value \`idValue\` shall hold, or a new one with it. ${LEFT_OUT}`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      idProperty:
        type.uniqueProperty === undefined
          ? t.string({ required: true, description: idProperty })
          : t.string({ defaultValue: type.uniqueProperty, description: idProperty }),
      idValue: t.string({
        required: true,
        description: 'The value of the property `idProperty` that tells the record.',
      }),
    }),
  });
}

/** `ArchiveContactInput` and its like. */
export function archiveInput(type: CrmObject) {
  return builder.inputType(`Archive${type.typename}Input`, {
    description: `Which ${type.singular} moves to the recycle bin.`,
    fields: (t) => ({
      installationId: installationIdField(t),
      id: t.id({ required: true, description: eitherId(type.typename) }),
    }),
  });
}

const LEFT_OUT = 'A field given as null clears the property, a field left out leaves it as it is.';

/** A field for everything that the type's fields show and that can be written, and `properties` for the rest. */
function valueFields(t: InputFields, { inputs }: CrmObject) {
  const fields = Object.entries(inputs).map(
    ([field, { name, kind, input }]) =>
      [field, t.field({ type: SCALARS[kind], description: `${input} Property \`${name}\`.` })] as const,
  );
  return {
    ...Object.fromEntries(fields),
    properties: t.field({
      type: [PropertyInput],
      description: 'Values of properties that have no field here, custom ones included.',
    }),
  };
}

const SCALARS = {
  string: 'String',
  enumeration: 'String',
  number: 'Decimal',
  datetime: 'DateTime',
  owner: 'ID',
  pipeline: 'ID',
  stage: 'ID',
} as const satisfies Record<FieldKind, string>;
