import type { PropertyType } from '../../crm/property.ts';
import { definitionScopes } from '../../crm/scopes.ts';
import type { DataSensitivity, PropertyDefinition, PropertyOption } from '../../hubspot/crm/properties.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { builder } from '../builder.ts';
import { CrmRef } from '../refs.ts';
import { connectorOf } from '../scopes.ts';
import { CrmObjectType } from './crm.ts';

export const PropertyTypeRef = builder.enumType('PropertyType', {
  description: 'How values of a property are to be read: the field of `PropertyValue` that has them.',
  values: {
    STRING: { value: 'string', description: 'A text: `string`.' },
    NUMBER: { value: 'number', description: 'A decimal number: `number`.' },
    BOOLEAN: { value: 'bool', description: 'True or false: `boolean`.' },
    DATE: { value: 'date', description: 'A day of the calendar: `date`.' },
    DATETIME: { value: 'datetime', description: 'A moment: `dateTime`.' },
    ENUMERATION: {
      value: 'enumeration',
      description: 'A choice among options: `option`, or `options` where several may be chosen.',
    },
    PHONE_NUMBER: { value: 'phone_number', description: 'A telephone number: `string`.' },
    OTHER: { value: 'other', description: 'A type that HubSpot added, or keeps to itself: `raw` alone.' },
  } satisfies Record<string, { value: PropertyType; description: string }>,
});

const Sensitivity = builder.enumType('DataSensitivity', {
  description: 'Which scopes guard the values of a property.',
  values: {
    NON_SENSITIVE: { value: 'non_sensitive', description: 'None: who may read the record may read the value.' },
    SENSITIVE: {
      value: 'sensitive',
      description: 'Values need `crm.objects.{type}.sensitive.read`, too.',
    },
    HIGHLY_SENSITIVE: {
      value: 'highly_sensitive',
      description: 'Values need `crm.objects.{type}.highly_sensitive.read`, too.',
    },
  } satisfies Record<Uppercase<DataSensitivity>, { value: DataSensitivity; description: string }>,
});

const PropertyOptionRef = builder.objectRef<PropertyOption>('PropertyOption').implement({
  description: 'One of the values that a property may have.',
  fields: (t) => ({
    value: t.exposeString('value', { description: "HubSpot's internal value, which filters and inputs take." }),
    label: t.exposeString('label', { description: 'What people see for it.' }),
  }),
});

const PropertyDefinitionRef = builder.objectRef<PropertyDefinition>('PropertyDefinition').implement({
  description:
    "A property that records of one type have, as HubSpot or the portal's administrators defined it. Not a value.",
  fields: (t) => ({
    name: t.exposeString('name', {
      description: "HubSpot's internal name, which `property(name:)` and `properties(names:)` take.",
    }),
    label: t.exposeString('label', { description: 'What people call the property.' }),
    type: t.expose('type', {
      type: PropertyTypeRef,
      description: 'How values are to be read. HubSpot calls it `type`.',
    }),
    fieldType: t.exposeString('fieldType', {
      description: "How HubSpot's pages show it, such as `text`, `select`, or `checkbox` for several options at once.",
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the property is for. Null when HubSpot has no text for it.',
    }),
    groupName: t.exposeString('groupName', {
      nullable: true,
      description: 'Internal name of the group of properties that it belongs to. Null when it is in none.',
    }),
    options: t.field({
      type: [PropertyOptionRef],
      description:
        "The values that a property of type `ENUMERATION` may have, in HubSpot's order. Empty for other types, and where the values are other things, such as owners.",
      resolve: ({ options }) => [...options],
    }),
    readOnly: t.exposeBoolean('readOnly', {
      description: '`true` when HubSpot alone sets values: writing one is refused.',
    }),
    hidden: t.exposeBoolean('hidden', { description: "`true` when HubSpot's own pages do not show it." }),
    unique: t.exposeBoolean('unique', {
      description: '`true` when no two records may have the same value: upserts take it as `idProperty`.',
    }),
    sensitivity: t.field({
      type: Sensitivity,
      description: 'Which scopes guard the values. The definition itself is open.',
      resolve: ({ sensitivity }) => sensitivity,
    }),
  }),
});

builder.interfaceField(CrmRef, 'properties', (t) =>
  t.field({
    type: [PropertyDefinitionRef],
    nullable: true,
    description:
      'The properties that records of a type have in the portal, custom ones included, as of some minutes ago. The portal ' +
      'must have granted `crm.schemas.{type}.read`, `crm.objects.{type}.read` or `crm.objects.{type}.write`.',
    permission: 'hubspot:read',
    hubspotScopes: definitionScopes,
    extensions: fieldMetadata({ reads: 'definitions' }),
    args: {
      objectType: t.arg({ type: CrmObjectType, required: true, description: 'The type whose properties are wanted.' }),
    },
    async resolve(parent, { objectType }, context) {
      const connector = await connectorOf(parent, context);
      return [...(await connector.metadata.properties(objectType))];
    },
  }),
);
