import type { FieldRef } from '@pothos/core';
import type { CrmRecord } from '../connector/connector.ts';
import { GatewayError } from '../errors.ts';
import type { builder } from './builder.ts';
import { type RecordTypename, recordGlobalId } from './global-id.ts';
import { from } from './selection.ts';

type Types = typeof builder.$inferSchemaTypes;
type RecordFields = PothosSchemaTypes.ObjectFieldBuilder<Types, CrmRecord>;

type Field<T> = FieldRef<Types, T, 'Object'>;
type OptionalField<T> = Field<T | null | undefined>;

/** HubSpot does not tell apart empty from absent for long: an empty value is null. */
function value({ properties }: CrmRecord, property: string): string | null {
  return properties[property] || null;
}

/** A text property. */
export function textField(t: RecordFields, property: string, description: string): OptionalField<string> {
  return t.string({
    nullable: true,
    description: `${description} Property \`${property}\`.`,
    extensions: from({ property }),
    resolve: (record) => value(record, property),
  });
}

/** A number property, digit for digit. */
export function decimalField(t: RecordFields, property: string, description: string): OptionalField<string> {
  return t.field({
    type: 'Decimal',
    nullable: true,
    description: `${description} Property \`${property}\`.`,
    extensions: from({ property }),
    resolve: (record) => value(record, property),
  });
}

/** A date-and-time property: HubSpot writes ISO 8601, older values are epoch milliseconds. */
export function dateTimeField(t: RecordFields, property: string, description: string): OptionalField<Date | string> {
  return t.field({
    type: 'DateTime',
    nullable: true,
    description: `${description} Property \`${property}\`.`,
    extensions: from({ property }),
    resolve: (record) => {
      const text = value(record, property);
      return text === null ? null : moment(text);
    },
  });
}

/** @throws GatewayError HUBSPOT_BAD_RESPONSE for a text that is no moment */
export function moment(text: string): Date {
  const date = new Date(/^-?\d+$/.test(text) ? Number(text) : text);
  if (Number.isNaN(date.getTime())) {
    throw new GatewayError('HUBSPOT_BAD_RESPONSE', 'HubSpot holds a date here that cannot be read.', {});
  }
  return date;
}

interface CommonFields {
  readonly id: Field<string>;
  readonly hubspotId: Field<string>;
  readonly url: OptionalField<string>;
  readonly createdAt: Field<Date | string>;
  readonly updatedAt: Field<Date | string>;
  readonly archived: Field<boolean>;
}

/** The fields that every record has, whatever its type. */
export function recordFields(t: RecordFields, typename: RecordTypename): CommonFields {
  return {
    id: t.id({
      description: 'Global id: type, portal and record.',
      extensions: from({ identity: true }),
      resolve: ({ id, connector }) => recordGlobalId(typename, connector.installation.hubId, id),
    }),
    hubspotId: t.exposeID('id', {
      description: "HubSpot's own record id, unique among the portal's records of this type.",
      extensions: from({ identity: true }),
    }),
    url: t.string({
      nullable: true,
      description: 'Where a person sees the record in HubSpot. Null when HubSpot does not tell.',
      resolve: ({ url }) => url ?? null,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When HubSpot created the record.',
      resolve: ({ createdAt }) => moment(createdAt),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When HubSpot last changed the record.',
      resolve: ({ updatedAt }) => moment(updatedAt),
    }),
    archived: t.exposeBoolean('archived', { description: "True in HubSpot's recycle bin." }),
  };
}
