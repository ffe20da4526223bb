import type { InputObjectRef } from '@pothos/core';
import { byObjectType, type CrmObject, type ObjectType } from '../../crm/objects.ts';
import type { FieldKind } from '../../crm/property.ts';
import { builder } from '../builder.ts';
import { eitherId } from '../ids/global-id.ts';
import type { WriteInput } from '../ids/require-installation.ts';
import { PROPERTY_NAME } from '../values/property-names.ts';
import type { ValuesInput } from '../writes/property-changes.ts';
import { CrmObjectType } from './crm.ts';

type Types = typeof builder.$inferSchemaTypes;
type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

export const INSTALLATION_ID =
  "Global id of the installation whose portal the mutation writes to. Without it: the viewer's default, else the only installation that is not disconnected.";

export const installationIdField = (t: InputFields) => t.id({ description: INSTALLATION_ID });

const PropertyInput = builder.inputType('PropertyInput', {
  description: 'A value for any property, custom properties included.',
  fields: (t) => ({
    name: t.string({ required: true, description: PROPERTY_NAME }),
    value: t.string({
      description:
        "The value in HubSpot's format: a decimal number, `true` or `false`, an option's internal value, several options as " +
        '`a;b`, a date as `2026-11-23`, a date-time in ISO 8601 or epoch milliseconds. Null clears the property.',
    }),
  }),
});

export const AssociationInput = builder.inputType('AssociationInput', {
  description: 'A record to associate with a new record.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Type of that record.' }),
    id: t.id({ required: true, description: eitherId() }),
    label: t.string({
      description:
        'Label that the portal defines, such as `Decision maker`. It describes the role of that record for the new one. ' +
        'With a label, the portal must have granted the read scopes of both types. Without `label`, the association has no ' +
        'label.',
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

const NULL_CLEARS = 'Null clears a property. A field without a value leaves the property unchanged.';

function createInput(type: CrmObject): InputObjectRef<Types, CreateInput> {
  return builder.inputRef<CreateInput>(`Create${type.typename}Input`).implement({
    description: `A new ${type.singular}. Null means the same as no value.`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      associations: t.field({
        type: [AssociationInput],
        description: `Records to associate with the ${type.singular}, in the same HubSpot call. The portal must have granted the write scopes of their types.`,
      }),
    }),
  });
}

function updateInput(type: CrmObject): InputObjectRef<Types, UpdateInput> {
  return builder.inputRef<UpdateInput>(`Update${type.typename}Input`).implement({
    description: `Changes of a ${type.singular}. ${NULL_CLEARS}`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      id: t.id({ required: true, description: eitherId(type.typename) }),
    }),
  });
}

function upsertInput(type: CrmObject): InputObjectRef<Types, UpsertInput> {
  const idProperty =
    "HubSpot's internal name of the property that identifies the record. Its values must be unique in the portal.";
  return builder.inputRef<UpsertInput>(`Upsert${type.typename}Input`).implement({
    description: `Values of the ${type.singular} whose property \`idProperty\` has the value \`idValue\`, or of a new ${type.singular} with this value. ${NULL_CLEARS}`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      idProperty:
        type.uniqueProperty === undefined
          ? t.string({ required: true, description: idProperty })
          : t.string({ defaultValue: type.uniqueProperty, description: idProperty }),
      idValue: t.string({
        required: true,
        description: 'The value of the property `idProperty`.',
      }),
    }),
  });
}

/** The input of an archive mutation, such as `ArchiveContactInput`. */
export function archiveInput(type: CrmObject) {
  return builder.inputType(`Archive${type.typename}Input`, {
    description: `The ${type.singular} to move to the recycle bin.`,
    fields: (t) => ({
      installationId: installationIdField(t),
      id: t.id({ required: true, description: eitherId(type.typename) }),
    }),
  });
}

/** One field for each writable property of the type, and `properties` for all other properties. */
function valueFields(t: InputFields, { inputs }: CrmObject) {
  const fields = Object.entries(inputs).map(
    ([field, { name, kind, input }]) =>
      [field, t.field({ type: SCALARS[kind], description: `${input} Property \`${name}\`.` })] as const,
  );
  return {
    ...Object.fromEntries(fields),
    properties: t.field({
      type: [PropertyInput],
      description: 'Values of properties without a field in this input, custom properties included.',
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

/** The inputs of create mutations, such as `CreateContactInput`, by object type. */
export const CREATE_INPUTS = byObjectType(createInput);
/** The inputs of update mutations, such as `UpdateContactInput`. */
export const UPDATE_INPUTS = byObjectType(updateInput);
/** The inputs of upsert mutations, such as `UpsertContactInput`. */
export const UPSERT_INPUTS = byObjectType(upsertInput);
