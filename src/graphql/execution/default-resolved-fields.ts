import { defaultFieldResolver } from 'graphql';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { GatewayError } from '../../errors.ts';
import { type FieldMetadata, fieldMetadata } from '../analysis/field-metadata.ts';

// A field that reads the JavaScript property of the same name has no resolver in the schema. Compiled operations then
// read the property without a function call. The property must hold a value, not a promise or a function, and its
// getter
// must not throw: a thrown error would end the operation. An Error as the value fails only the field.

/** The resolver of a field that reads the property of the same name. `T` is the property's type. */
export function property<T>(): (parent: object) => T {
  return defaultFieldResolver as (parent: object) => T; // The caller states the property's type.
}

/** The field option `extensions` for a plugin's field that reads the property of the same name. */
export function defaultResolved(name: string): { readonly pothosExposedField: string } {
  return { pothosExposedField: name };
}

/** The options of a field that reads a property of the record. `value` computes it, see record-getters.ts. */
export function recordProperty<T>(
  metadata: Omit<FieldMetadata, 'value'>,
  value: (record: CrmRecord) => T | GatewayError,
) {
  return { extensions: fieldMetadata({ ...metadata, value }), resolve: property<T>() };
}
