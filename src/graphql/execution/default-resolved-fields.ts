import { defaultFieldResolver } from 'graphql';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { GatewayError } from '../../errors.ts';
import { type FieldMetadata, fieldMetadata } from '../analysis/field-metadata.ts';

// A field that is a property of its own name has no resolver in the schema: compiled operations then read it without a
// call. Such a property holds a value, no promise and no function. It does not throw either: that would end the whole
// operation. An Error that it holds fails the field alone.

/** The resolver of a field that is a property of its own name, of the type `T`. */
export function property<T>(): (parent: object) => T {
  return defaultFieldResolver as (parent: object) => T; // Of the property nothing is known here; the caller knows it.
}

/** The field option `extensions` that makes a field of a plugin a property of its own name. */
export function defaultResolved(name: string): { readonly pothosExposedField: string } {
  return { pothosExposedField: name };
}

/** The options of a record's field that is a property of the record: `value` tells it, see record-getters.ts. */
export function recordProperty<T>(
  source: Omit<FieldMetadata, 'value'>,
  value: (record: CrmRecord) => T | GatewayError,
) {
  return { extensions: fieldMetadata({ ...source, value }), resolve: property<T>() };
}
