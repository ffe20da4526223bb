import type { DataSensitivity, PropertyType } from '../../crm/property.ts';
import { definitionScopes } from '../../crm/scopes.ts';
import type { PropertyDefinition, PropertyOption } from '../../hubspot/crm/properties.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { CrmObjectType } from './crm.ts';

export const PropertyTypeRef = builder.enumType('PropertyType', {
  description: 'The type of a property. It decides which field of `PropertyValue` has the value.',
  values: {
    STRING: { value: 'string', description: 'A text: `string`.' },
    NUMBER: { value: 'number', description: 'A decimal number: `number`.' },
    BOOLEAN: { value: 'bool', description: 'True or false: `boolean`.' },
    DATE: { value: 'date', description: 'A calendar date: `date`.' },
    DATETIME: { value: 'datetime', description: 'A date-time: `dateTime`.' },
    ENUMERATION: {
      value: 'enumeration',
      description: 'One of several options: `option`, or `options` when a value can have several options.',
    },
    PHONE_NUMBER: { value: 'phone_number', description: 'A telephone number: `string`.' },
    OTHER: { value: 'other', description: 'A type that the gateway does not parse: only `raw`.' },
  } satisfies Record<string, { value: PropertyType; description: string }>,
});

const Sensitivity = builder.enumType('DataSensitivity', {
  description: 'The scopes that the values of a property need.',
  values: {
    NON_SENSITIVE: { value: 'non_sensitive', description: 'Values need only the read scope of the record.' },
    SENSITIVE: {
      value: 'sensitive',
      description: 'Values also need `crm.objects.{type}.sensitive.read`.',
    },
    HIGHLY_SENSITIVE: {
      value: 'highly_sensitive',
      description: 'Values also need `crm.objects.{type}.highly_sensitive.read`.',
    },
  } satisfies Record<Uppercase<DataSensitivity>, { value: DataSensitivity; description: string }>,
});

const PropertyOptionRef = builder.objectRef<PropertyOption>('PropertyOption').implement({
  description: 'An option of an enumeration property.',
  fields: (t) => ({
    value: t.exposeString('value', { description: "HubSpot's internal value, which filters and inputs accept." }),
    label: t.exposeString('label', { description: 'Display name of the option.' }),
  }),
});

const PropertyDefinitionRef = builder.objectRef<PropertyDefinition>('PropertyDefinition').implement({
  description: "The definition of a property of one record type, by HubSpot or by the portal's administrators.",
  fields: (t) => ({
    name: t.exposeString('name', {
      description: "HubSpot's internal name, which `property(name:)` and `properties(names:)` accept.",
    }),
    label: t.exposeString('label', { description: 'Display name of the property.' }),
    type: t.expose('type', {
      type: PropertyTypeRef,
      description: "The type of the values. HubSpot's `type`.",
    }),
    fieldType: t.exposeString('fieldType', {
      description: "HubSpot's form field, such as `text`, `select`, or `checkbox` for several options.",
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'Description of the property. Null when HubSpot has none.',
    }),
    groupName: t.exposeString('groupName', {
      nullable: true,
      description: "Internal name of the property's group. Null when the property is in no group.",
    }),
    options: t.field({
      type: [PropertyOptionRef],
      description:
        "The options of a property of type `ENUMERATION`, in HubSpot's order. Empty for other types, and when the values are ids of other objects, such as owners.",
      resolve: ({ options }) => [...options],
    }),
    readOnly: t.exposeBoolean('readOnly', {
      description: '`true` when only HubSpot sets values. HubSpot refuses writes of the property.',
    }),
    hidden: t.exposeBoolean('hidden', { description: '`true` when HubSpot does not show the property in its app.' }),
    unique: t.exposeBoolean('unique', {
      description: '`true` when two records cannot have the same value. Upserts accept the property as `idProperty`.',
    }),
    sensitivity: t.field({
      type: Sensitivity,
      description: 'The scopes that the values need. The definition does not need them.',
      resolve: ({ sensitivity }) => sensitivity,
    }),
  }),
});

builder.interfaceField(CrmRef, 'properties', (t) =>
  t.field({
    type: [PropertyDefinitionRef],
    nullable: true,
    description:
      "The portal's property definitions of a record type, custom properties included. The data can be some minutes old. " +
      'The portal must have granted `crm.schemas.{type}.read`, `crm.objects.{type}.read` or `crm.objects.{type}.write`.',
    permission: 'hubspot:read',
    hubspotScopes: definitionScopes,
    extensions: fieldMetadata({ reads: 'definitions' }),
    args: {
      objectType: t.arg({ type: CrmObjectType, required: true, description: 'The record type.' }),
    },
    async resolve(parent, { objectType }, context) {
      const connector = await connectorOf(parent, context);
      return [...(await connector.metadata.properties(objectType))];
    },
  }),
);
