import { type GraphQLObjectType, isObjectType } from 'graphql';
import { CrmRecord, type RecordClasses } from '../../connector/crm-record.ts';
import { byObjectType, type CrmObject } from '../../crm/objects.ts';
import { metadataOf } from '../analysis/field-metadata.ts';
import { schema } from '../schema.ts';

/** Subclasses of CrmRecord with a getter for each field that has `FieldMetadata.value`. */
export const RECORD_GETTERS: RecordClasses = byObjectType(recordGetters);

function recordGetters({ typename }: CrmObject): typeof CrmRecord {
  const type = schema.getType(typename);
  if (!isObjectType(type)) throw new TypeError(`${typename} is no object type`);
  const WithGetters = class extends CrmRecord {};
  Object.defineProperties(WithGetters.prototype, gettersOf(type));
  return WithGetters;
}

function gettersOf(type: GraphQLObjectType): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.values(type.getFields()).flatMap((field) => {
      const { value } = metadataOf(field);
      const get = function (this: CrmRecord): unknown {
        return value?.(this);
      };
      return value ? [[field.name, { get }]] : [];
    }),
  );
}
