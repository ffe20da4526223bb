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
    'A selected option of a property, as HubSpot stores it. `PropertyDefinition` has all options of the property.',
  fields: (t) => ({
    value: t.exposeString('value', { description: "HubSpot's internal value, which filters and inputs accept." }),
    label: t.exposeString('label', {
      nullable: true,
      description:
        'Display name of the option. Null when the definition has no such option: the option was removed, or the value is ' +
        'the id of another object, such as an owner.',
    }),
  }),
});

const PropertyValueRef = builder.objectRef<PropertyValue>('PropertyValue').implement({
  description:
    "The value of a property of one record, parsed by the portal's definition. `type` decides which of `string`, `number`, " +
    '`boolean`, `date`, `dateTime`, `option` and `options` has the value. All of them are null when the value is empty, ' +
    'and when it does not fit the type.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: "HubSpot's internal name of the property.",
      extensions: fieldMetadata({ fromId: true }),
    }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'Display name of the property. Null when its definition was removed.',
    }),
    type: t.expose('type', {
      type: PropertyTypeRef,
      description: 'The type, which decides which field has the value. `OTHER` when the definition was removed.',
    }),
    raw: t.exposeString('raw', {
      nullable: true,
      description: "The value of any type in HubSpot's format. Null when it is empty.",
      extensions: fieldMetadata({ fromId: true }),
    }),
    string: t.exposeString('string', {
      nullable: true,
      description: 'The value of a `STRING` or a `PHONE_NUMBER`. Null for other types, and when it is empty.',
    }),
    number: t.expose('number', {
      type: 'Decimal',
      nullable: true,
      description: 'The value of a `NUMBER` with all its digits. Null for other types, and when it is empty.',
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
      description: 'The value of an `ENUMERATION` with one option. Null for other types, and when it is empty.',
    }),
    options: t.field({
      type: [ChosenOptionRef],
      nullable: true,
      description:
        'The values of an `ENUMERATION` with several options (`fieldType` is `checkbox`). Null for other types, and when it is empty.',
      resolve: ({ options }) => (options ? [...options] : null),
    }),
  }),
});

builder.interfaceFields(CrmRecordRef, (t) => ({
  property: t.field({
    type: PropertyValueRef,
    nullable: true,
    description:
      'The value of any property, custom properties included. Null when the portal has no property of this name. The ' +
      "portal's property definitions can be some minutes old. For a sensitive property, the portal must have granted " +
      '`crm.objects.{type}.sensitive.read` or `crm.objects.{type}.highly_sensitive.read`.',
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
      'The values of several properties, custom properties included, in the order of `names`. The list has no entry for a ' +
      'property that the portal does not define. Null when one of the properties is sensitive and the portal has not ' +
      'granted its scope.',
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
  const definedNames = selectionOf(info, 'PropertyValue', connector.granted).needsRecord
    ? names
    : names.filter((name) => !standard.has(name));
  const definitions =
    definedNames.length > 0
      ? await connector.metadata.propertiesNamed(objectType, definedNames)
      : new Map<string, never>();
  const known = names.flatMap((name) => definitions.get(name) ?? []);
  const requirement = valueRequirement(objectType, known);
  if (!connector.granted.satisfies(requirement)) refuse(connector, requirement, info);
  return names.flatMap((name) => {
    if (!Object.hasOwn(properties, name)) return [];
    const [raw, definition] = [properties[name] || null, definitions.get(name)];
    const typed = raw !== null && definition ? readValue(raw, definition) : {};
    return [{ name, raw, label: definition?.label, type: definition?.type ?? 'other', ...typed }];
  });
}
