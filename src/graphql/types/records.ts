import { CRM_OBJECTS, type CrmObject } from '../../crm/objects.ts';
import type { Property } from '../../crm/property.ts';
import { readScopes } from '../../crm/scopes.ts';
import { builder } from '../builder.ts';
import { dateTimeField, decimalField, type RecordFields, textField } from '../properties.ts';
import { neighboursField, recordField, recordsField } from '../record-fields.ts';
import { CrmRecordRef, CrmRef, RECORD_REFS } from '../refs.ts';
import { pipelineField, stageField } from './pipeline.ts';

for (const object of CRM_OBJECTS) defineRecords(object);

/** `Contact` and its like, and the fields of `Crm` that answer with them. */
function defineRecords(object: CrmObject): void {
  const { objectType, singular, description } = object;
  builder.objectType(RECORD_REFS[objectType], {
    description: `${description}: HubSpot object \`${objectType}\`. Fields are HubSpot's own properties, which every portal has.`,
    interfaces: [builder.nodeInterfaceRef(), CrmRecordRef],
    hubspotScopes: readScopes(objectType),
    fields: (t) => ({ ...propertyFields(t, object), ...neighbourFields(t, object) }),
  });
  builder.interfaceFields(CrmRef, (t) => ({
    [singular]: recordField(t, object),
    [objectType]: recordsField(t, object),
  }));
}

function propertyFields(t: RecordFields, object: CrmObject) {
  return Object.fromEntries(
    Object.entries(object.properties).map(([field, property]) => [field, propertyField(t, object, property)]),
  );
}

function neighbourFields(t: RecordFields, object: CrmObject) {
  const others = CRM_OBJECTS.filter(({ objectType }) => objectType !== object.objectType);
  return Object.fromEntries(others.map((other) => [other.objectType, neighboursField(t, object, other)]));
}

function propertyField(t: RecordFields, object: CrmObject, property: Property) {
  switch (property.kind) {
    case 'string':
    case 'enumeration':
      return textField(t, property);
    case 'number':
      return decimalField(t, property);
    case 'datetime':
      return dateTimeField(t, property);
    case 'pipeline':
      return pipelineField(t, object, property);
    case 'stage':
      return stageField(t, object, property);
    case 'owner':
      throw new TypeError(`${property.name} holds an owner, which records have one field for`);
  }
}
