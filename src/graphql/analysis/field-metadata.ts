import type { FieldNode, GraphQLField } from 'graphql';
import type { CrmRecord } from '../../connector/crm-record.ts';
import type { ObjectType } from '../../crm/objects.ts';
import type { ScopeRequirement } from '../../crm/scopes.ts';

/** How a field is answered from a record: given to fields as `extensions.hubspot`. */
export interface FieldMetadata {
  /** Properties that the field reads: always these, or those that its arguments name. */
  readonly properties?: readonly string[] | ((args: Readonly<Record<string, unknown>>) => readonly string[]);
  /** The field of a record is a property of the record, and this its value; an Error is the field's failure. */
  readonly value?: (record: CrmRecord) => unknown;
  /** Whoever names the object has this of it already, such as a record's id: it takes no call. */
  readonly fromId?: true;
  /** The field leads to associated records of this type; its own selection is about them, not about this record. */
  readonly association?: ObjectType;
  /** What the field makes the connector read: bounds the calls of an operation. */
  readonly reads?: 'record' | 'list' | 'associations' | 'owners' | 'pipelines' | 'definitions';
  /** The field shows association labels. */
  readonly labels?: true;
  /** What the field needs for the arguments that it has in a document, besides what it always needs. */
  readonly argumentScopes?: (node: FieldNode) => readonly ScopeRequirement[];
  /** Calls that the field makes at most for the arguments that it has in a document, besides what it reads. */
  readonly calls?: (node: FieldNode) => number;
}

/** The field option `extensions` that says how the field is answered. */
export function fieldMetadata(source: FieldMetadata): { readonly hubspot: FieldMetadata } {
  return { hubspot: source };
}

/** How a field is answered. */
export function metadataOf({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): FieldMetadata {
  return (extensions.hubspot ?? {}) as FieldMetadata; // Written by the types of this folder alone.
}
