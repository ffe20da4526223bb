import type { OwnProperty } from '../../crm/define-object.ts';
import { CRM_OBJECTS, type CrmObject } from '../../crm/objects.ts';
import type { Property } from '../../crm/property.ts';
import { readScopes } from '../../crm/scopes.ts';
import type { GatewayError } from '../../errors.ts';
import { builder } from '../builder.ts';
import { recordProperty } from '../execution/default-resolved-fields.ts';
import { associatedRecordsField, type RecordFields, recordField, recordsField } from '../records/record-fields.ts';
import { CrmRecordRef, CrmRef, RECORD_REFS } from '../refs.ts';
import { dateTime } from '../values/date-time.ts';
import { storedDecimal } from '../values/scalars.ts';
import { pipelineField, stageField } from './pipeline.ts';

for (const object of CRM_OBJECTS) defineRecords(object);

/** Defines a record type, such as `Contact`, and the fields of `Crm` that return it. */
function defineRecords(object: CrmObject): void {
  const { objectType, singular, description, properties } = object;
  const associatedTypes = CRM_OBJECTS.filter((other) => other !== object);
  builder.objectType(RECORD_REFS[objectType], {
    description: `${description}: HubSpot object \`${objectType}\`. Its fields are properties that HubSpot defines in every portal.`,
    interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
    hubspotScopes: readScopes(objectType),
    fields: (t) =>
      Object.fromEntries([
        ...Object.entries(properties).map(([field, property]) => [field, propertyField(t, object, property)] as const),
        ...associatedTypes.map((other) => [other.objectType, associatedRecordsField(t, object, other)] as const),
      ]),
  });
  builder.interfaceFields(CrmRef, (t) => ({
    [singular]: recordField(t, object),
    [objectType]: recordsField(t, object),
  }));
}

function propertyField(t: RecordFields, object: CrmObject, property: OwnProperty) {
  switch (property.kind) {
    case 'string':
    case 'enumeration':
      return t.string(optional(property, (text) => text));
    case 'number':
      return t.field({ type: 'Decimal', ...optional(property, storedDecimal) });
    case 'datetime':
      return t.field({ type: 'DateTime', ...optional(property, dateTime) });
    case 'pipeline':
      return pipelineField(t, object, property);
    case 'stage':
      return stageField(t, object, property);
  }
}

/** An empty value is null, because HubSpot does not distinguish empty and absent values reliably. */
function optional<T>({ name, description }: Property, read: (text: string) => T | GatewayError) {
  return {
    nullable: true,
    description: `${description} Property \`${name}\`; null when it is empty.`,
    ...recordProperty<T | null>({ properties: [name] }, ({ properties }) => {
      const text = properties[name];
      return text ? read(text) : null;
    }),
  } as const;
}
