import type { DataSensitivity, PropertyDefinition, PropertyOption } from '../../hubspot/properties.ts';
import { builder } from '../builder.ts';
import { type PropertyType, propertyTypeOf } from '../property-value.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf, definitionsReadable } from '../scopes.ts';
import { from } from '../selection.ts';
import { CrmObjectType } from './crm.ts';

export const PropertyTypeRef = builder.enumType('PropertyType', {
  description: 'How values of a property are to be read.',
  values: {
    STRING: { description: 'Text.' },
    NUMBER: { description: 'A decimal number.' },
    BOOLEAN: { description: 'True or false.' },
    DATE: { description: 'A day without a time zone.' },
    DATETIME: { description: 'A moment.' },
    ENUMERATION: { description: 'One of several options, or several of them.' },
    PHONE_NUMBER: { description: 'A telephone number.' },
    OTHER: { description: 'Something that HubSpot added, or keeps to itself.' },
  } satisfies Record<PropertyType, object>,
});

const Sensitivity = builder.enumType('DataSensitivity', {
  description: 'How well values of a property are guarded.',
  values: {
    NON_SENSITIVE: { value: 'non_sensitive', description: 'Who may read the record may read the value.' },
    SENSITIVE: {
      value: 'sensitive',
      description: 'Values need `crm.objects.{type}.sensitive.read` besides.',
    },
    HIGHLY_SENSITIVE: {
      value: 'highly_sensitive',
      description: 'Values need `crm.objects.{type}.highly_sensitive.read` besides.',
    },
  } satisfies Record<Uppercase<DataSensitivity>, { value: DataSensitivity; description: string }>,
});

export const PropertyOptionRef = builder.objectRef<PropertyOption>('PropertyOption').implement({
  description: 'One of the values that a property may have.',
  fields: (t) => ({
    value: t.exposeString('value', { description: "HubSpot's internal value." }),
    label: t.exposeString('label', { description: 'What people see.' }),
  }),
});

const PropertyDefinitionRef = builder.objectRef<PropertyDefinition>('PropertyDefinition').implement({
  description: "What HubSpot or the portal's administrators laid down about a property.",
  fields: (t) => ({
    name: t.exposeString('name', { description: "HubSpot's internal name, which `property(name:)` takes." }),
    label: t.exposeString('label', { description: 'What people see.' }),
    type: t.field({ type: PropertyTypeRef, description: 'How values are to be read.', resolve: propertyTypeOf }),
    fieldType: t.exposeString('fieldType', {
      description: "How HubSpot's pages show it, such as `text`, `select`, or `checkbox` for several options at once.",
    }),
    description: t.exposeString('description', { nullable: true, description: 'What it is for. Null when empty.' }),
    groupName: t.exposeString('groupName', {
      nullable: true,
      description: "Internal name of the group that it stands in on HubSpot's pages. Null when it is in none.",
    }),
    options: t.field({
      type: [PropertyOptionRef],
      description: 'The values that it may have. Empty where they are not limited, or are other things such as owners.',
      resolve: ({ options }) => [...options],
    }),
    readOnly: t.exposeBoolean('readOnly', { description: 'True when HubSpot alone sets values.' }),
    hidden: t.exposeBoolean('hidden', { description: "True when HubSpot's pages do not show it." }),
    unique: t.exposeBoolean('unique', { description: 'True when no two records may have the same value.' }),
    sensitivity: t.field({
      type: Sensitivity,
      description: 'How well values are guarded. The definition itself is not.',
      resolve: ({ sensitivity }) => sensitivity,
    }),
  }),
});

builder.interfaceField(CrmRef, 'properties', (t) =>
  t.field({
    type: [PropertyDefinitionRef],
    nullable: true,
    description:
      'The properties that records of a type have in this portal, as of some minutes ago. ' +
      'Needs `crm.schemas.{type}.read`, `crm.objects.{type}.read` or `crm.objects.{type}.write`.',
    permission: 'hubspot:read',
    hubspotScopes: definitionsReadable,
    extensions: from({ reads: 'definitions' }),
    args: { objectType: t.arg({ type: CrmObjectType, required: true, description: 'Of which records.' }) },
    async resolve(parent, { objectType }, context) {
      const connector = await connectorOf(parent, context);
      return [...(await connector.metadata.properties(objectType))];
    },
  }),
);
