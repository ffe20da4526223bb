import type { GraphQLResolveInfo } from 'graphql';
import type { CrmRecord } from '../../connector/crm-record.ts';
import { valueRequirement } from '../../connector/property-access.ts';
import type { PropertyType } from '../../crm/property.ts';
import { fieldMetadata } from '../analysis/field-metadata.ts';
import { selectionOf, standardProperties } from '../analysis/selection.ts';
import { builder } from '../builder.ts';
import { CrmRecordRef } from '../refs.ts';
import { refuse } from '../scopes.ts';
import { PROPERTY_NAME, propertyNames } from '../values/property-names.ts';
import { type ChosenOption, readValue, type TypedValue } from '../values/property-value.ts';
import { PropertyTypeRef } from './property.ts';

interface PropertyValue extends TypedValue {
  readonly name: string;
  readonly raw: string | null;
  readonly label: string | undefined;
  readonly type: PropertyType;
}

const ChosenOptionRef = builder.objectRef<ChosenOption>('ChosenOption').implement({
  description:
    'An option that a record has, as HubSpot keeps it. The options that there are stand in `PropertyDefinition`.',
  fields: (t) => ({
    value: t.exposeString('value', { description: "HubSpot's internal value, which filters and inputs take." }),
    label: t.exposeString('label', {
      nullable: true,
      description:
        'What people see for it. Null when the definition has no such option: it was removed while records still have it, ' +
        'or the value names something else, such as an owner.',
    }),
  }),
});

const PropertyValueRef = builder.objectRef<PropertyValue>('PropertyValue').implement({
  description:
    "The value of a property of one record, read as the portal's own definition has it: one of `string`, `number`, " +
    '`boolean`, `date`, `dateTime`, `option` and `options` holds it, by `type`. All of them are null when the value is ' +
    'empty, and when it does not fit the type.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: "HubSpot's internal name of the property.",
      extensions: fieldMetadata({ fromId: true }),
    }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'What people call the property. Null when its definition is gone.',
    }),
    type: t.expose('type', {
      type: PropertyTypeRef,
      description: 'Which of the fields holds the value. `OTHER` when its definition is gone.',
    }),
    raw: t.exposeString('raw', {
      nullable: true,
      description: 'The value as HubSpot writes it, whatever its type. Null when it is empty.',
      extensions: fieldMetadata({ fromId: true }),
    }),
    string: t.exposeString('string', {
      nullable: true,
      description: 'The value of a `STRING` or a `PHONE_NUMBER`. Null for other types, and when it is empty.',
    }),
    number: t.expose('number', {
      type: 'Decimal',
      nullable: true,
      description: 'The value of a `NUMBER`, digit for digit. Null for other types, and when it is empty.',
    }),
    boolean: t.exposeBoolean('boolean', {
      nullable: true,
      description: 'The value of a `BOOLEAN`. Null for other types, and when it is empty.',
    }),
    date: t.expose('date', {
      type: 'Date',
      nullable: true,
      description: 'The value of a `DATE`. Null for other types, and when it is empty.',
    }),
    dateTime: t.expose('dateTime', {
      type: 'DateTime',
      nullable: true,
      description: 'The value of a `DATETIME`. Null for other types, and when it is empty.',
    }),
    option: t.expose('option', {
      type: ChosenOptionRef,
      nullable: true,
      description: 'The value of an `ENUMERATION` with one choice. Null for others, and when it is empty.',
    }),
    options: t.field({
      type: [ChosenOptionRef],
      nullable: true,
      description:
        'The values of an `ENUMERATION` with several choices at once (`fieldType` is `checkbox`). Null for others, and when it is empty.',
      resolve: ({ options }) => (options ? [...options] : null),
    }),
  }),
});

builder.interfaceFields(CrmRecordRef, (t) => ({
  property: t.field({
    type: PropertyValueRef,
    nullable: true,
    description:
      'The value of any property, custom ones included. Null when the portal has no property of this name, as of some ' +
      'minutes ago. For a sensitive one the portal must have granted `crm.objects.{type}.sensitive.read` or ' +
      '`crm.objects.{type}.highly_sensitive.read`.',
    extensions: fieldMetadata({ properties: ({ name }) => propertyNames('name', name), reads: 'definitions' }),
    args: {
      name: t.arg.string({
        required: true,
        description: PROPERTY_NAME,
      }),
    },
    resolve: async (record, { name }, _context, info) => (await valuesOf(record, [name], info))[0] ?? null,
  }),
  properties: t.field({
    type: [PropertyValueRef],
    nullable: true,
    description:
      'The values of several properties, custom ones included, in the order of `names`; a name that the portal does not ' +
      'define is left out. Null when one of them is sensitive and the portal has not granted the scope for it.',
    extensions: fieldMetadata({ properties: ({ names }) => propertyNames('names', names), reads: 'definitions' }),
    args: {
      names: t.arg.stringList({
        required: true,
        description: "HubSpot's internal names of the properties, 100 at most.",
      }),
    },
    resolve: (record, { names }, _context, info) => valuesOf(record, names, info),
  }),
}));

/** @throws GatewayError MISSING_SCOPES when the grant does not cover one of the properties */
async function valuesOf(
  { connector, objectType, properties }: CrmRecord,
  names: readonly string[],
  info: GraphQLResolveInfo,
): Promise<PropertyValue[]> {
  const standard = standardProperties(info.parentType);
  const needed = selectionOf(info, 'PropertyValue', connector.granted).needsRecord
    ? names
    : names.filter((name) => !standard.has(name));
  const definitions =
    needed.length > 0 ? await connector.metadata.propertiesNamed(objectType, needed) : new Map<string, never>();
  const named = names.flatMap((name) => definitions.get(name) ?? []);
  const requirement = valueRequirement(objectType, named);
  if (!connector.granted.satisfies(requirement)) refuse(connector, requirement, info);
  return names.flatMap((name) => {
    if (!Object.hasOwn(properties, name)) return [];
    const [raw, definition] = [properties[name] || null, definitions.get(name)];
    const typed = raw !== null && definition ? readValue(raw, definition) : {};
    return [{ name, raw, label: definition?.label, type: definition?.type ?? 'other', ...typed }];
  });
}
