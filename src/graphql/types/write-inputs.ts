import type { InputObjectRef } from '@pothos/core';
import type { ObjectType } from '../../hubspot/objects.ts';
import { builder } from '../builder.ts';
import type { WriteInput } from '../named-installation.ts';
import type { RecordType } from '../record-types.ts';
import { type ValueKind, WRITABLE_FIELDS } from '../writable-fields.ts';
import type { ValuesInput } from '../written-values.ts';
import { CrmObjectType } from './crm.ts';

type Types = typeof builder.$inferSchemaTypes;
type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

export const installationIdField = (t: InputFields) =>
  t.id({ description: "The installation to write to. Left out: the tenant's only one that is not disconnected." });

const PropertyInput = builder.inputType('PropertyInput', {
  description: 'A property by its name, custom ones included.',
  fields: (t) => ({
    name: t.string({ required: true, description: "HubSpot's internal name: lower case, digits and underscores." }),
    value: t.string({
      description:
        "HubSpot's own text for it: a number in digits, `true` or `false`, an option's internal value, several of them " +
        'as `a;b`, a day as `2026-11-23`, a moment in ISO 8601 or epoch milliseconds. Null clears the property.',
    }),
  }),
});

export const AssociationInput = builder.inputType('AssociationInput', {
  description: 'A record to associate a new one with.',
  fields: (t) => ({
    objectType: t.field({ type: CrmObjectType, required: true, description: 'Its type.' }),
    id: t.id({ required: true, description: 'Its HubSpot record id, or its global id.' }),
    label: t.string({
      description:
        'What it is to the new record, such as `Decision maker`; the association is plain without. Needs the read ' +
        'scopes of both types. Labels of the portal are known for some minutes.',
    }),
  }),
});

export interface NeighbourInput {
  readonly objectType: ObjectType;
  readonly id: string;
  readonly label?: string | null | undefined;
}

export interface CreateInput extends WriteInput, ValuesInput {
  readonly associations?: readonly NeighbourInput[] | null | undefined;
}

export interface UpdateInput extends WriteInput, ValuesInput {
  readonly id: string;
}

export interface UpsertInput extends WriteInput, ValuesInput {
  readonly idProperty?: string | null | undefined;
  readonly idValue: string;
}

/** `CreateContactInput` and its like. */
export function createInput(type: RecordType): InputObjectRef<Types, CreateInput> {
  return builder.inputRef<CreateInput>(`Create${type.typename}Input`).implement({
    description: `A new ${type.singular}. What is null is left out.`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      associations: t.field({
        type: [AssociationInput],
        description: 'Records to associate it with, in the same call.',
      }),
    }),
  });
}

/** `UpdateContactInput` and its like. */
export function updateInput(type: RecordType): InputObjectRef<Types, UpdateInput> {
  return builder.inputRef<UpdateInput>(`Update${type.typename}Input`).implement({
    description: `Changes of a ${type.singular}. ${LEFT_OUT}`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      id: t.id({ required: true, description: RECORD_ID }),
    }),
  });
}

/** `UpsertContactInput` and its like: contacts alone have a unique property in every portal. */
export function upsertInput(type: RecordType): InputObjectRef<Types, UpsertInput> {
  const idProperty = 'Name of the property that tells the record: one whose values are unique in the portal.';
  return builder.inputRef<UpsertInput>(`Upsert${type.typename}Input`).implement({
    description: `Changes of the ${type.singular} that has a value, or a new one with it. ${LEFT_OUT}`,
    fields: (t) => ({
      ...valueFields(t, type),
      installationId: installationIdField(t),
      idProperty:
        type.typename === 'Contact'
          ? t.string({ defaultValue: 'email', description: idProperty })
          : t.string({ required: true, description: idProperty }),
      idValue: t.string({ required: true, description: 'The value of that property.' }),
    }),
  });
}

/** `ArchiveContactInput` and its like. */
export function archiveInput(type: RecordType) {
  return builder.inputType(`Archive${type.typename}Input`, {
    description: `A ${type.singular} to be moved to the recycle bin.`,
    fields: (t) => ({
      installationId: installationIdField(t),
      id: t.id({ required: true, description: RECORD_ID }),
    }),
  });
}

const LEFT_OUT = 'A field given as null clears the property, a field left out leaves it as it is.';
export const RECORD_ID = 'HubSpot record id, or a global id.';

/** A field for everything that the type's fields show and that can be written, and `properties` for the rest. */
function valueFields(t: InputFields, { typename }: RecordType) {
  const fields = Object.entries(WRITABLE_FIELDS[typename]).map(
    ([name, { property, kind, description }]) =>
      [name, t.field({ type: SCALARS[kind], description: `${description} Property \`${property}\`.` })] as const,
  );
  return {
    ...Object.fromEntries(fields),
    properties: t.field({
      type: [PropertyInput],
      description: 'Properties that have no field here, custom ones included.',
    }),
  };
}

const SCALARS = {
  text: 'String',
  decimal: 'Decimal',
  moment: 'DateTime',
  id: 'ID',
  owner: 'ID',
} as const satisfies Record<ValueKind, string>;
