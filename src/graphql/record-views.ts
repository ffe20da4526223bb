import { type GraphQLObjectType, isObjectType } from 'graphql';
import { CrmRecord, type RecordClasses } from '../connector/crm-record.ts';
import { byObjectType, type CrmObject } from '../crm/objects.ts';
import { schema } from './schema.ts';
import { sourceOf } from './selection.ts';

/** Records with a getter for each of their fields that is a property. */
export const RECORD_VIEWS: RecordClasses = byObjectType(recordView);

function recordView({ typename }: CrmObject): typeof CrmRecord {
  const type = schema.getType(typename);
  if (!isObjectType(type)) throw new TypeError(`${typename} is no object type`);
  const View = class extends CrmRecord {};
  Object.defineProperties(View.prototype, gettersOf(type));
  return View;
}

function gettersOf(type: GraphQLObjectType): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.values(type.getFields()).flatMap((field) => {
      const { value } = sourceOf(field);
      return value ? [[field.name, { get: getter(value) }]] : [];
    }),
  );
}

function getter(value: (record: CrmRecord) => unknown) {
  return function (this: CrmRecord): unknown {
    return value(this);
  };
}
